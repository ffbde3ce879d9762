snnc_test(snnc-nir-test NirReaderTest.cpp NirNormaliseTest.cpp
  DEPS snnc_nir nlohmann_json::nlohmann_json)
target_compile_definitions(snnc-nir-test PRIVATE
  SNNC_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
add_executable(nir-mutate ${CMAKE_SOURCE_DIR}/tests/fuzz/nir_mutate.cpp)
snnc_common_flags(nir-mutate)
target_link_libraries(nir-mutate PRIVATE snnc_nir
  nlohmann_json::nlohmann_json)
