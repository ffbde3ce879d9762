if(SNNC_BUILD_COMPILER)
  # DeviceTest runs every device there is.
  snnc_test(ReferenceTest CpuTest.cpp CpuCostsTest.cpp CpuKernelsTest.cpp DeviceTest.cpp InternalTest.cpp
    ReferenceTest.cpp RegionTest.cpp
    ${CMAKE_SOURCE_DIR}/tests/targets/SpecTarget.cpp MLIR
    DEPS snnc_cpu snnc_reference snnc_normalize snnc_driver)
  snnc_test(GoldenTest GoldenTest.cpp MLIR
    DEPS snnc_reference snnc_normalize snnc_nir snnc_nir_to_snn snnc_io)
  target_compile_definitions(GoldenTest PRIVATE
    SNNC_DEFAULT_SHARED_DATA="${CMAKE_SOURCE_DIR}/../shared/data")
endif()
