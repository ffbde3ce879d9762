# Every diagnostic code that a source names stands in Diagnostics.def: ends with
# the places of those that do not. The table is compiled in one file alone, so
# that a new line does not recompile everything that reports a finding; this is
# the check that the compiler cannot make then. Run by the build:
#   cmake -DROOT=... -DTABLE=... -DSOURCES=LIST_FILE -DSTAMP=... -P this
cmake_minimum_required(VERSION 3.25)
file(STRINGS ${TABLE} lines REGEX "^SNNC_DIAGNOSTIC\\(SNN[0-9][0-9][0-9][0-9],")
set(known)
foreach(line IN LISTS lines)
  string(SUBSTRING "${line}" 16 7 code)
  list(APPEND known ${code})
endforeach()
file(STRINGS ${SOURCES} sources)
set(wrong)
foreach(source IN LISTS sources)
  # Codes as literals; comments and texts may name any.
  file(STRINGS ${source} lines REGEX "\"SNN[0-9][0-9][0-9][0-9]\"")
  foreach(line IN LISTS lines)
    string(REGEX MATCHALL "\"SNN[0-9][0-9][0-9][0-9]\"" codes "${line}")
    foreach(code IN LISTS codes)
      string(SUBSTRING ${code} 1 7 code)
      if(NOT code IN_LIST known)
        file(RELATIVE_PATH path ${ROOT} ${source})
        string(APPEND wrong "\n  ${path}: ${code}")
      endif()
    endforeach()
  endforeach()
endforeach()
if(wrong)
  file(RELATIVE_PATH path ${ROOT} ${TABLE})
  message(FATAL_ERROR "diagnostics without a line in ${path}:${wrong}")
endif()
file(TOUCH ${STAMP})
