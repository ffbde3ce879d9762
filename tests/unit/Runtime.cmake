snnc_test(snnc-zip-test ZipTest.cpp DEPS snnc_zip)
snnc_test(snnc-bundle-test BundleTest.cpp DEPS snnc_bundle)
snnc_test(snnc-io-test IoTest.cpp EncoderTest.cpp NirDataTest.cpp NormalsTest.cpp DEPS snnc_io)
target_compile_definitions(snnc-io-test PRIVATE
  SNNC_NUMPY_SCRIPT="${CMAKE_SOURCE_DIR}/tests/unit/numpy_roundtrip.py")
snnc_test(snnc-session-test SessionTest.cpp RecordingTest.cpp DEPS snnc_host)
target_include_directories(snnc-io-test SYSTEM PRIVATE ${HDF5_C_INCLUDE_DIRS})
