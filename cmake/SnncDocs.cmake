# `ninja docs`: reference pages of the dialects and passes, from their .td
# files, below build/<preset>/docs. Made on request only; they are not committed.

find_program(SNNC_MLIR_TBLGEN mlir-tblgen HINTS ${LLVM_TOOLS_BINARY_DIR})
if(SNNC_MLIR_TBLGEN)
  set(docs)
  # snnc_doc(PAGE FILE.td FLAGS...)
  function(snnc_doc page td)
    set(output ${CMAKE_BINARY_DIR}/docs/${page}.md)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/docs
      COMMAND ${SNNC_MLIR_TBLGEN} ${ARGN} -I ${CMAKE_SOURCE_DIR}
        -I ${MLIR_MAIN_INCLUDE_DIR} -I ${MLIR_INCLUDE_DIRS}
        ${CMAKE_SOURCE_DIR}/${td} -o ${output}
      DEPENDS ${CMAKE_SOURCE_DIR}/${td} VERBATIM)
    set(docs ${docs} ${output} PARENT_SCOPE)
  endfunction()
  snnc_doc(snn compiler/SNN/SNNOps.td -gen-dialect-doc --dialect=snn)
  snnc_doc(fabric compiler/Fabric/FabricOps.td -gen-dialect-doc
    --dialect=fabric)
  snnc_doc(tick compiler/Tick/TickOps.td -gen-dialect-doc --dialect=tick)
  snnc_doc(s2 backends/spinnaker2/S2/S2Ops.td -gen-dialect-doc --dialect=s2)
  foreach(stage Normalize Map Program)
    snnc_doc(${stage}Passes passes/${stage}/Passes.td -gen-pass-doc)
  endforeach()
  add_custom_target(docs DEPENDS ${docs})
endif()
