snnc_test(snnc-nir-test NirReaderTest.cpp NirNormaliseTest.cpp
  DEPS snnc_nir nlohmann_json::nlohmann_json)
target_compile_definitions(snnc-nir-test PRIVATE
  SNNC_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
add_executable(nir-mutate ${CMAKE_SOURCE_DIR}/tests/fuzz/nir_mutate.cpp)
snnc_common_flags(nir-mutate)
target_link_libraries(nir-mutate PRIVATE snnc_nir
  nlohmann_json::nlohmann_json)
# Damaged copies of every real file; more of them: nir-mutate --count 10000.
if(DEFINED ENV{SNNC_SHARED_DATA})
  set(snnc_nir_data $ENV{SNNC_SHARED_DATA}/nir)
else()
  set(snnc_nir_data ${CMAKE_SOURCE_DIR}/../shared/data/nir)
endif()
add_test(NAME Nir.Mutants COMMAND nir-mutate --count 2000
  ${snnc_nir_data}/primitives ${snnc_nir_data}/real_world)
set_tests_properties(Nir.Mutants PROPERTIES SKIP_RETURN_CODE 77 LABELS unit TIMEOUT 7200)
