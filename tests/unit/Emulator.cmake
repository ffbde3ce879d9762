add_executable(engine-probe ${CMAKE_SOURCE_DIR}/tests/emulator/EngineProbe.cpp)
snnc_common_flags(engine-probe)
target_link_libraries(engine-probe PRIVATE snnc_emulator)
