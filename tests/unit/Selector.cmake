if(SNNC_BUILD_COMPILER)
  snnc_test(snnc-selector-test MLIR SelectorTest.cpp SelectorFileTest.cpp
    LayerEstimateTest.cpp DEPS snnc_selector_training snnc_s2_formats)
endif()
