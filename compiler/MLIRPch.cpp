// Empty on purpose: this file owns the precompiled header of MLIR.
