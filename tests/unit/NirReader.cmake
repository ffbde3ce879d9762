snnc_test(snnc-nir-test NirReaderTest.cpp NirRefusedTest.cpp NirNormaliseTest.cpp
  NirConnectionsTest.cpp NirPrimitiveTest.cpp
  DEPS snnc_nir nlohmann_json::nlohmann_json)
target_compile_definitions(snnc-nir-test PRIVATE
  SNNC_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
