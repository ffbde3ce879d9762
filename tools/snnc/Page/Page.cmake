# The page of `snnc report`, with Debian's libjs-dygraphs (MIT) for its charts.
# Sets page_sources, what the tool is built of beside its own.
set(web ${CMAKE_CURRENT_LIST_DIR}/web)
foreach(file dygraph.min.js dygraph.min.css)
  find_file(SNNC_${file} ${file} PATHS /usr/share
    PATH_SUFFIXES javascript/dygraphs NO_DEFAULT_PATH REQUIRED
    DOC "Debian: libjs-dygraphs; scripts/bootstrap installs it")
endforeach()
set(page_scripts ${CMAKE_CURRENT_BINARY_DIR}/PageScripts.cpp)
snnc_embed(${page_scripts} tools/snnc/Page/Page.h PageFile pageScripts
  ${SNNC_dygraph.min.js} ${web}/base.js ${web}/floorplan.js ${web}/charts.js
  ${web}/memory.js ${web}/activity.js ${web}/layers.js ${web}/start.js)
set(page_styles ${CMAKE_CURRENT_BINARY_DIR}/PageStyles.cpp)
snnc_embed(${page_styles} tools/snnc/Page/Page.h PageFile pageStyles
  ${SNNC_dygraph.min.css} ${web}/page.css)
set(page_sources Trace/ChipTrace.cpp Trace/CompileTrace.cpp
  Trace/PerfettoWriter.cpp ChipMeta.cpp Page/Page.cpp Page/PageData.cpp
  Page/PageNetwork.cpp Page/PageResults.cpp ${page_scripts} ${page_styles})
