# Fails the build of every executable where a source names a diagnostic that the
# table does not have (CheckDiagnostics.cmake says why it is done here).
set(snnc_sources)
foreach(folder backends classifier compiler passes planner runtime tools)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/${folder}/*.cpp ${CMAKE_SOURCE_DIR}/${folder}/*.h)
  list(APPEND snnc_sources ${files})
endforeach()
list(JOIN snnc_sources "\n" lines)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/diagnostics.sources CONTENT "${lines}\n")
set(stamp ${CMAKE_BINARY_DIR}/diagnostics.stamp)
set(table ${CMAKE_SOURCE_DIR}/runtime/support/Diagnostics.def)
add_custom_command(OUTPUT ${stamp}
  COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR} -DTABLE=${table}
    -DSOURCES=${CMAKE_BINARY_DIR}/diagnostics.sources -DSTAMP=${stamp}
    -P ${CMAKE_SOURCE_DIR}/cmake/CheckDiagnostics.cmake
  DEPENDS ${snnc_sources} ${table} ${CMAKE_BINARY_DIR}/diagnostics.sources
    ${CMAKE_SOURCE_DIR}/cmake/CheckDiagnostics.cmake
  COMMENT "Checking the codes of diagnostics" VERBATIM)
add_custom_target(snnc_check_diagnostics ALL DEPENDS ${stamp})
if(TARGET snnc)
  add_dependencies(snnc snnc_check_diagnostics)
endif()
