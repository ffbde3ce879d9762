# `cpack -G DEB`: the command, its manual pages and completions, as a Debian
# package whose dependencies are those of the executable.
set(CPACK_PACKAGE_NAME snnc)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Compiler for spiking neural networks on SpiNNaker2")
set(CPACK_PACKAGE_CONTACT "the snnc project")
set(CPACK_PACKAGE_VENDOR snnc)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DEPENDS libudunits2-data)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};snnc;Unspecified;/")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
# Of snnc and of what is linked into it; scripts/package makes it.
install(FILES ${CMAKE_BINARY_DIR}/licences/copyright
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/snnc OPTIONAL)
include(CPack)
