if(SNNC_BUILD_COMPILER)
  snnc_test(snnc-yaml-test MLIR YamlTest.cpp CsrTest.cpp DrawnTest.cpp ExpandMathTest.cpp
    DEPS snnc_yaml_import snnc_reference snnc_normalize)
  target_compile_definitions(snnc-yaml-test PRIVATE
    SNNC_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endif()
