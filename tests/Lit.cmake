# The IR tests: ctest label lit. Debian's llvm-19-tools carries FileCheck, not,
# split-file and, outside PATH, lit.py.
if(SNNC_BUILD_COMPILER)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  find_file(SNNC_LIT lit.py
    PATHS ${LLVM_TOOLS_BINARY_DIR}/.. ${LLVM_EXTERNAL_LIT_DIR}
    PATH_SUFFIXES build/utils/lit utils/lit NO_DEFAULT_PATH)
  if(NOT SNNC_LIT)
    find_program(SNNC_LIT NAMES lit llvm-lit REQUIRED)
  endif()
  find_program(SNNC_FILECHECK FileCheck HINTS ${LLVM_TOOLS_BINARY_DIR} REQUIRED)

  configure_file(${CMAKE_CURRENT_LIST_DIR}/lit.site.cfg.py.in
    ${CMAKE_CURRENT_BINARY_DIR}/lit/lit.site.cfg.py @ONLY)
  set(lit_command ${Python3_EXECUTABLE} -B ${SNNC_LIT} -sv
    ${CMAKE_CURRENT_BINARY_DIR}/lit)
  add_test(NAME lit COMMAND ${lit_command})
  # Every test input once more through the printer, the parser and bytecode.
  add_test(NAME lit-roundtrip COMMAND ${CMAKE_COMMAND} -E env
    SNNC_LIT_ROUNDTRIP=1 ${lit_command})
  # Both write the same scratch files.
  set_tests_properties(lit lit-roundtrip PROPERTIES LABELS lit TIMEOUT 7200
    RUN_SERIAL ON)
  add_test(NAME lit-lint COMMAND ${Python3_EXECUTABLE} -B
    ${CMAKE_CURRENT_LIST_DIR}/lint/check_directives.py
    ${CMAKE_CURRENT_LIST_DIR})
  set_tests_properties(lit-lint PROPERTIES LABELS lit TIMEOUT 7200)
  # Examples in the descriptions of the passes; errors, and a second run, of each.
  add_test(NAME lit-passes COMMAND ${Python3_EXECUTABLE} -B
    ${CMAKE_CURRENT_LIST_DIR}/passes/passes_test.py $<TARGET_FILE:snnc-opt>
    $<TARGET_FILE:snnc> ${CMAKE_SOURCE_DIR})
  set_tests_properties(lit-passes PROPERTIES LABELS lit TIMEOUT 7200)
  add_test(NAME lint-floors COMMAND ${Python3_EXECUTABLE} -B
    ${CMAKE_CURRENT_LIST_DIR}/lint/check_floors.py ${CMAKE_SOURCE_DIR})
  add_test(NAME lint-floors-planted COMMAND ${Python3_EXECUTABLE} -B
    ${CMAKE_CURRENT_LIST_DIR}/lint/check_floors_test.py)
  add_test(NAME lint-doc-paths COMMAND ${Python3_EXECUTABLE} -B
    ${CMAKE_CURRENT_LIST_DIR}/lint/check_doc_paths.py ${CMAKE_SOURCE_DIR})
  set_tests_properties(lint-floors lint-floors-planted lint-doc-paths PROPERTIES LABELS lit TIMEOUT 7200)
  foreach(tool snnc snnc-opt)
    if(TARGET ${tool})
      add_test(NAME lit-llvm-once-${tool} COMMAND ${Python3_EXECUTABLE} -B
        ${CMAKE_CURRENT_LIST_DIR}/lint/check_llvm_once.py $<TARGET_FILE:${tool}>
        $<IF:$<BOOL:$<TARGET_PROPERTY:${tool},SNNC_STATIC_LLVM>>,static,shared>)
      set_tests_properties(lit-llvm-once-${tool} PROPERTIES LABELS lit TIMEOUT 7200)
    endif()
  endforeach()

  add_custom_target(check-lit COMMAND ${lit_command} DEPENDS snnc-opt
    USES_TERMINAL)
  if(TARGET snnc)
    add_dependencies(check-lit snnc)
  endif()
endif()
