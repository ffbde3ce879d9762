// Empty on purpose: this file owns a precompiled header (SnncMacros.cmake).
