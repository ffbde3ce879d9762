# models/digits and the scripts that judge it. Debian's python, the one that
# scripts/bootstrap gives numpy and h5py.
add_test(NAME Digits.Scripts
  COMMAND /usr/bin/python3 -B -m unittest -v DigitsTest
  WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
set_tests_properties(Digits.Scripts PROPERTIES LABELS unit TIMEOUT 7200)
