add_executable(engine-probe ${CMAKE_SOURCE_DIR}/tests/emulator/EngineProbe.cpp)
snnc_common_flags(engine-probe)
target_link_libraries(engine-probe PRIVATE snnc_emulator)

# A real core program for the chip's tests, built the way the compiler does.
find_program(SNNC_ARM_CLANG NAMES clang-19 clang REQUIRED)
find_program(SNNC_ARM_LLD NAMES ld.lld-19 ld.lld REQUIRED)
set(echo_core ${CMAKE_CURRENT_BINARY_DIR}/EchoCore.elf)
add_custom_command(OUTPUT ${echo_core}
  COMMAND ${SNNC_ARM_CLANG} --target=thumbv7em-none-eabihf -mcpu=cortex-m4
    -mfpu=fpv4-sp-d16 -O2 -ffreestanding -I${CMAKE_SOURCE_DIR}
    -c ${CMAKE_SOURCE_DIR}/tests/emulator/EchoCore.c -o ${echo_core}.o
  COMMAND ${SNNC_ARM_LLD} -n -T ${CMAKE_SOURCE_DIR}/tests/emulator/core.ld
    ${echo_core}.o -o ${echo_core}
  DEPENDS ${CMAKE_SOURCE_DIR}/tests/emulator/EchoCore.c
    ${CMAKE_SOURCE_DIR}/tests/emulator/core.ld
    ${CMAKE_SOURCE_DIR}/runtime/abi/CoreHeader.h
  VERBATIM COMMENT "Building the emulator's test program")
add_custom_target(echo-core DEPENDS ${echo_core})

snnc_test(snnc-emulator-test EngineTest.cpp EmulatorPartsTest.cpp
  EmulatorTest.cpp
  DEPS snnc_emulator)
target_compile_definitions(snnc-emulator-test PRIVATE
  SNNC_ECHO_CORE="${echo_core}")
add_dependencies(snnc-emulator-test echo-core)

# Random instructions against Unicorn, which stays in a venv of its own.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME emulator-differential
  COMMAND ${Python3_EXECUTABLE}
    ${CMAKE_SOURCE_DIR}/tests/emulator/differential.py
    $<TARGET_FILE:engine-probe> --cases 6000
    --venv ${CMAKE_BINARY_DIR}/unicorn-venv)
set_tests_properties(emulator-differential PROPERTIES TIMEOUT 7200)
