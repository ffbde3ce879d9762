if(SNNC_BUILD_COMPILER)
  snnc_test(snnc-encoding-test MLIR EncodingTest.cpp ConvRowsTest.cpp
    ${CMAKE_SOURCE_DIR}/tests/formats/PairRows.cpp
    DEPS snnc_planner snnc_s2_formats)
  snnc_test(snnc-weight-delay-map-test MLIR WeightDelayMapTest.cpp SumDigitsTest.cpp
    DEPS snnc_planner snnc_emulator)
  snnc_test(snnc-layer-planner-test MLIR LayerPlannerTest.cpp NodeDriveTest.cpp
    DEPS snnc_planner snnc_s2_formats)
  snnc_test(snnc-map-test MLIR ChipMappingTest.cpp CoreImageTest.cpp MapAlgorithmsTest.cpp MapCheckerTest.cpp
    InputRoutesTest.cpp MapLimitsTest.cpp MapPassesTest.cpp SynapseCheckTest.cpp
    DEPS snnc_map snnc_s2_image snnc_s2_formats)
endif()
