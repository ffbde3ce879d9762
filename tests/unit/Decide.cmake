if(SNNC_BUILD_COMPILER)
  snnc_test(snnc-decide-test MLIR DecideTest.cpp
    DEPS snnc_decide snnc_s2_formats)
endif()
