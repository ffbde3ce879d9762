if(SNNC_BUILD_COMPILER)
  snnc_test(snnc-yaml-test MLIR YamlTest.cpp CsrTest.cpp DrawnTest.cpp ExpandMathTest.cpp
    DEPS snnc_yaml_import snnc_reference snnc_normalize)
  target_compile_definitions(snnc-yaml-test PRIVATE
    SNNC_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_executable(yaml-mutate ${CMAKE_SOURCE_DIR}/tests/fuzz/yaml_mutate.cpp)
  snnc_common_flags(yaml-mutate)
  snnc_use_mlir(yaml-mutate)
  snnc_use_pch(yaml-mutate mlir)
  target_link_libraries(yaml-mutate PRIVATE snnc_yaml_import snnc_normalize)
  add_test(NAME YamlMutants COMMAND yaml-mutate --count 2000
    ${CMAKE_SOURCE_DIR}/models/yaml)
  set_tests_properties(YamlMutants PROPERTIES LABELS unit TIMEOUT 7200)
endif()
