# The functions that every folder of snnc uses.
#
# snnc_library(NAME SOURCES... [DEPS ...] [MLIR])
#   A static library. Include paths start at the repository root and at the
#   build tree (generated .inc files). MLIR: link libMLIR/libLLVM and reuse the
#   precompiled header of MLIR; without it the library stays free of LLVM.
#
# snnc_backend(LIBRARY)
#   The library that createTarget() of a folder in backends/ is in.
#
# snnc_test(NAME SOURCES... [DEPS ...])
#   A GoogleTest executable; ctest runs its cases in shards, NAME.1, NAME.2, ...
#   One case: the executable with --gtest_filter.
#
# snnc_tablegen(TARGET FILE.td {OUTPUT FLAG [FLAG...] ;}...)
#   Runs mlir-tblgen; every OUTPUT lands in the build tree beside the source.
#
# snnc_embed(OUTPUT HEADER TYPE FUNCTION FILES...)
#   The files travel inside the tool: the generated source OUTPUT defines
#   FUNCTION of HEADER, a std::vector<TYPE> with name and text of each.

function(snnc_embed output header type function)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} "-DFILES=${ARGN}"
      -DHEADER=${header} -DTYPE=${type} -DFUNCTION=${function}
      -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    VERBATIM COMMENT "Embedding ${function}")
  set_source_files_properties(${output} PROPERTIES SKIP_PRECOMPILE_HEADERS ON
    SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

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
        PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
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
endfunction()

# The headers that most files read, parsed once for each kind of target: the
# runtime's, what sees MLIR, and the tests of both. Tests are compiled with less
# effort; what they test is not.
function(snnc_precompiled_headers)
  set(plain <algorithm> <cmath> <filesystem> <functional> <map> <memory> <optional> <set>
    <span> <string> <string_view> <vector> <fmt/format.h> <nlohmann/json.hpp>)
  set(mlir <mlir/IR/Builders.h> <mlir/IR/BuiltinOps.h> <mlir/IR/OpImplementation.h>
    <mlir/IR/SymbolTable.h> <mlir/Pass/PassManager.h> <mlir/Dialect/Arith/IR/Arith.h>
    <mlir/Dialect/Func/IR/FuncOps.h> <mlir/Dialect/LLVMIR/LLVMDialect.h>
    <mlir/Dialect/Math/IR/Math.h> <mlir/Pass/Pass.h>
    <mlir/Interfaces/SideEffectInterfaces.h> <llvm/ADT/TypeSwitch.h>
    # Ours that nearly all of them read: an edit there recompiles as much without.
    ${CMAKE_SOURCE_DIR}/compiler/SNN/SNN.h ${CMAKE_SOURCE_DIR}/compiler/Fabric/Fabric.h)
  set(test <gtest/gtest.h> <gmock/gmock.h>)
  foreach(kind plain mlir plain_test mlir_test)
    if((kind MATCHES test AND NOT SNNC_BUILD_TESTS)
        OR (kind MATCHES mlir AND NOT SNNC_BUILD_COMPILER))
      continue()
    endif()
    add_library(snnc_${kind}_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/Pch.cpp)
    snnc_common_flags(snnc_${kind}_pch)
    target_link_libraries(snnc_${kind}_pch PUBLIC fmt::fmt nlohmann_json::nlohmann_json)
    target_compile_options(snnc_${kind}_pch PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    set(headers ${plain})
    if(kind MATCHES mlir)
      list(APPEND headers ${mlir})
      target_include_directories(snnc_${kind}_pch SYSTEM PUBLIC
        ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
      add_dependencies(snnc_${kind}_pch SNNIncGen FabricIncGen)
    endif()
    if(kind MATCHES test)
      list(APPEND headers ${test})
      snnc_test_flags(snnc_${kind}_pch)
      target_link_libraries(snnc_${kind}_pch PUBLIC GTest::gtest GTest::gmock)
    endif()
    set_target_properties(snnc_${kind}_pch PROPERTIES UNITY_BUILD OFF)
    target_precompile_headers(snnc_${kind}_pch PRIVATE ${headers})
  endforeach()
endfunction()

function(snnc_test_flags target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# The precompiled header is position independent code; clang refuses it in the
# -fPIE objects of an executable.
function(snnc_use_pch target kind)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  target_precompile_headers(${target} REUSE_FROM snnc_${kind}_pch)
endfunction()

function(snnc_library name)
  cmake_parse_arguments(ARG "MLIR" "" "DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  snnc_common_flags(${name})
  if(ARG_MLIR)
    snnc_use_mlir(${name})
    snnc_use_pch(${name} mlir)
  else()
    snnc_use_pch(${name} plain)
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
endfunction()

function(snnc_backend library)
  set_property(GLOBAL APPEND PROPERTY SNNC_BACKENDS ${library})
endfunction()

function(snnc_test name)
  cmake_parse_arguments(ARG "MLIR" "" "DEPS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  snnc_common_flags(${name})
  snnc_test_flags(${name})
  if(ARG_MLIR)
    snnc_use_mlir(${name})
    snnc_use_pch(${name} mlir_test)
  else()
    snnc_use_pch(${name} plain_test)
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  # A process for each of thousands of cases would mostly start: shards share one.
  set(shards 4)
  foreach(shard RANGE 1 ${shards})
    math(EXPR index "${shard} - 1")
    add_test(NAME ${name}.${shard} COMMAND ${name})
    set_tests_properties(${name}.${shard} PROPERTIES LABELS unit TIMEOUT 7200
      ENVIRONMENT "SNNC_BIN=${CMAKE_BINARY_DIR}/bin;GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${index}")
  endforeach()
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
