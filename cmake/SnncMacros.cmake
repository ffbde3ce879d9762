# The three functions that every folder of snnc uses.
#
# snnc_library(NAME SOURCES... [DEPS ...] [MLIR])
#   A static library. Include paths start at the repository root and at the
#   build tree (generated .inc files). MLIR: link libMLIR/libLLVM and reuse the
#   precompiled header of MLIR; without it the library stays free of LLVM.
#
# snnc_test(NAME SOURCES... [DEPS ...])
#   A GoogleTest executable whose cases are registered with ctest.
#
# snnc_tablegen(TARGET FILE.td {OUTPUT FLAG [FLAG...] ;}...)
#   Runs mlir-tblgen; every OUTPUT lands in the build tree beside the source.

function(snnc_common_flags target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
  # Never let the host compiler fuse a multiply and an add: docs/semantics.md
  # promises the same bits everywhere.
  # -Wno-deprecated-declarations: libstdc++ 12's own stable_sort calls a function
  # that it deprecates, and clang reports it at every use.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-unused-parameter
    -Wno-deprecated-declarations -ffp-contract=off)
  if(SNNC_SANITIZE)
    target_compile_options(${target} PRIVATE
      -fsanitize=address,undefined -fno-sanitize-recover=undefined
      -fno-sanitize=vptr -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL EXECUTABLE)
      target_sources(${target} PRIVATE
        ${CMAKE_SOURCE_DIR}/runtime/support/SanitizerOptions.cpp)
      set_source_files_properties(
        ${CMAKE_SOURCE_DIR}/runtime/support/SanitizerOptions.cpp
        PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_link_options(${target} PUBLIC -fuse-ld=lld-19)
  endif()
endfunction()

function(snnc_use_mlir target)
  target_include_directories(${target} SYSTEM PUBLIC
    ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  # Either the two shared libraries or the archives, as the executable says
  # (SnncStaticLLVM.cmake): both in one process would be two of everything.
  set(static $<BOOL:$<TARGET_PROPERTY:SNNC_STATIC_LLVM>>)
  target_link_libraries(${target} PUBLIC $<${static}:snnc_static_llvm>
    $<$<NOT:${static}>:MLIR> $<$<NOT:${static}>:LLVM>)
  # The precompiled header is position independent code; clang refuses it in the
  # -fPIE objects of an executable.
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  target_precompile_headers(${target} REUSE_FROM snnc_mlir_pch)
endfunction()

function(snnc_library name)
  cmake_parse_arguments(ARG "MLIR" "" "DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  snnc_common_flags(${name})
  if(ARG_MLIR)
    snnc_use_mlir(${name})
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
endfunction()

function(snnc_test name)
  cmake_parse_arguments(ARG "MLIR" "" "DEPS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  snnc_common_flags(${name})
  if(ARG_MLIR)
    snnc_use_mlir(${name})
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 3000
    PROPERTIES ENVIRONMENT "SNNC_BIN=${CMAKE_BINARY_DIR}/bin" LABELS unit TIMEOUT 7200)
  set_property(GLOBAL APPEND PROPERTY SNNC_UNIT_TESTS ${name})
endfunction()

function(snnc_tablegen target td)
  cmake_parse_arguments(ARG "" "" "GEN" ${ARGN})
  set(LLVM_TARGET_DEFINITIONS ${td})
  # GEN is a list of OUTPUT=FLAGS, flags separated by commas.
  foreach(gen ${ARG_GEN})
    string(REGEX MATCH "^([^=]+)=(.*)$" _ ${gen})
    set(output ${CMAKE_MATCH_1})
    string(REPLACE "," ";" flags ${CMAKE_MATCH_2})
    mlir_tablegen(${output} ${flags}
      EXTRA_INCLUDES ${CMAKE_SOURCE_DIR} ${MLIR_INCLUDE_DIRS})
  endforeach()
  add_public_tablegen_target(${target})
endfunction()
