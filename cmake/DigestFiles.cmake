# Writes one SHA-256 over the contents of files into a C++ source.
#   cmake -DLIST=files.txt -DROOT=dir -DOUTPUT=out.cpp -DHEADER=h -DNAMESPACE=ns
#         -DNAME=function -P DigestFiles.cmake
# LIST: a path a line. Names count without ROOT, so that a tree may stand anywhere.
file(STRINGS ${LIST} files)
set(all "")
foreach(path IN LISTS files)
  file(SHA256 ${path} digest)
  file(RELATIVE_PATH name ${ROOT} ${path})
  string(APPEND all "${name} ${digest}\n")
endforeach()
string(SHA256 digest "${all}")
file(WRITE ${OUTPUT} "// Written by cmake/DigestFiles.cmake.\n"
  "#include \"${HEADER}\"\n"
  "namespace ${NAMESPACE} {\n"
  "const char *${NAME}() { return \"${digest}\"; }\n"
  "}\n")
