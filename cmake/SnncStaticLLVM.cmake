# snnc_link_llvm_statically(EXECUTABLE)
#   Links the executable against the archives of LLVM and MLIR instead of their
#   shared libraries, and only with what it reaches. Relocating and searching
#   libLLVM.so costs every start of a process tens of MB and of milliseconds.
#   Release builds with lld only; others, and machines without the archives,
#   keep the shared libraries: quick links, and the sanitizers' libraries.

# Every archive, in no order: lld takes the members that are asked for, whatever
# stands before what. The C interfaces and the mains of other tools are not for
# us.
function(snnc_add_static_llvm)
  if(NOT CMAKE_BUILD_TYPE STREQUAL Release OR SNNC_SANITIZE OR
     NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    return()
  endif()
  foreach(archive LLVMCore LLVMARMCodeGen LLVMOrcJIT MLIRIR MLIRTargetLLVMIRExport)
    if(NOT EXISTS ${LLVM_LIBRARY_DIR}/lib${archive}.a)
      message(STATUS "snnc uses the shared LLVM: no lib${archive}.a")
      return()
    endif()
  endforeach()
  file(GLOB archives ${LLVM_LIBRARY_DIR}/libLLVM*.a ${LLVM_LIBRARY_DIR}/libMLIR*.a)
  list(FILTER archives EXCLUDE REGEX "CAPI|Main\\.a$")
  add_library(snnc_static_llvm INTERFACE)
  target_link_libraries(snnc_static_llvm INTERFACE ${archives} ZLIB::ZLIB zstd
    ${CMAKE_DL_LIBS} Threads::Threads)
  # Start-up code side by side and relative relocations packed: a start reads
  # fewer pages.
  target_link_options(snnc_static_llvm INTERFACE LINKER:--gc-sections
    LINKER:-z,keep-text-section-prefix LINKER:-z,pack-relative-relocs)
endfunction()

# lld starts every target that LLVM has. The file made here answers in place of
# those that snnc has no use for, so that they stay out of the link.
function(snnc_unused_targets output)
  file(STRINGS ${LLVM_INCLUDE_DIR}/llvm/Config/Targets.def lines
    REGEX "^LLVM_TARGET\\(")
  set(SNNC_UNUSED_TARGETS)
  foreach(line ${lines})
    string(REGEX REPLACE "^LLVM_TARGET\\((.*)\\).*" "\\1" llvm_target ${line})
    if(NOT llvm_target MATCHES "^(ARM|${LLVM_NATIVE_ARCH})$")
      string(APPEND SNNC_UNUSED_TARGETS "UNUSED_TARGET(${llvm_target})\n")
    endif()
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/cmake/UnusedTargets.cpp.in ${output} @ONLY)
endfunction()

function(snnc_link_llvm_statically executable)
  if(NOT TARGET snnc_static_llvm)
    return()
  endif()
  set(unused ${CMAKE_CURRENT_BINARY_DIR}/UnusedTargets.cpp)
  snnc_unused_targets(${unused})
  target_sources(${executable} PRIVATE ${unused})
  target_include_directories(${executable} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS})
  set_target_properties(${executable} PROPERTIES SNNC_STATIC_LLVM ON)
endfunction()
