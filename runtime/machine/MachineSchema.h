//===- MachineSchema.h - One walk over the machine model --------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The keys of a machine file, once: the reader, the writer and validate() walk
// the same list, so they cannot disagree. A visitor has
//   group(key, body)            a nested map
//   list(key, vector, body)     a list of maps, body(element)
//   field(key, member)          a leaf
//   pes(model)                  the PE list, which has two spellings
//   maybe(key, optional, body)  a map that may be absent, body(content)
//   layout(model)               boards, what is dead, links: each may be absent
//   places(key, vector)         columns and rows of the NoC; may be absent
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_MACHINE_MACHINESCHEMA_H
#define SNNC_RUNTIME_MACHINE_MACHINESCHEMA_H

#include "runtime/machine/MachineModel.h"

namespace snnc {

template <typename Visitor, typename Link>
void visitLink(Visitor &v, Link &link) {
  v.field("bitsPerSecond", link.bitsPerSecond);
  v.field("packetBits", link.packetBits);
}

template <typename Visitor, typename Timer>
void visitTimer(Visitor &v, Timer &t) {
  v.field("base", t.base);
  v.field("load", t.load);
  v.field("value", t.value);
  v.field("control", t.control);
  v.field("clear", t.clear);
  v.field("rawStatus", t.rawStatus);
  v.field("controlEnable", t.controlEnable);
  v.field("irq", t.irq);
}

template <typename Visitor, typename Send> void visitSend(Visitor &v, Send &s) {
  v.field("base", s.base);
  v.field("control", s.control);
  v.field("key", s.key);
  v.field("status", s.status);
  v.field("statusReady", s.statusReady);
  v.field("controlMulticast", s.controlMulticast);
}

template <typename Visitor, typename Receive>
void visitReceive(Visitor &v, Receive &r) {
  v.field("base", r.base);
  v.field("config", r.config);
  v.field("start", r.start);
  v.field("end", r.end);
  v.field("readPointer", r.readPointer);
  v.field("writePointer", r.writePointer);
  v.field("words", r.words);
  v.field("dropped", r.dropped);
  v.field("control", r.control);
  v.field("configMulticast", r.configMulticast);
}

template <typename Visitor, typename Mac> void visitMac(Visitor &v, Mac &m) {
  v.field("base", m.base);
  v.field("columns", m.columns);
  v.field("rows", m.rows);
  v.field("accumulatorBits", m.accumulatorBits);
  v.field("operandAlignment", m.operandAlignment);
  v.field("sourceA", m.sourceA);
  v.field("sourceB", m.sourceB);
  v.field("target", m.target);
  v.field("rowsA", m.rowsA);
  v.field("colsA", m.colsA);
  v.field("colsB", m.colsB);
  v.field("trigger", m.trigger);
  v.field("startInt8", m.startInt8);
  v.field("startInt16", m.startInt16);
  v.field("busy", m.busy);
  v.field("irq", m.irq);
}

template <typename Visitor, typename Dram> void visitDram(Visitor &v, Dram &d) {
  v.field("base", d.base);
  v.field("interfaces", d.interfaces);
  v.field("interfaceStride", d.interfaceStride);
  v.field("reserved", d.reserved);
  v.field("bytesPerSecond", d.bytesPerSecond);
  v.field("latencySeconds", d.latencySeconds);
  v.group("dma", [&] {
    auto &u = d.dma;
    v.field("base", u.base);
    v.field("local", u.local);
    v.field("remote", u.remote);
    v.field("length", u.length);
    v.field("config", u.config);
    v.field("done", u.done);
    v.field("status", u.status);
    v.field("command", u.command);
    v.field("startRead", u.startRead);
    v.field("busy", u.busy);
    v.optional("queue", u.queue, 1u);
    v.optional("full", u.full, 0u);
    v.field("alignment", u.alignment);
    v.field("setupCycles", u.setupCycles);
    v.field("bytesPerCycle", u.bytesPerCycle);
  });
}

/// Walks every key of a machine file. `Model` is MachineModel or const of it.
template <typename Visitor, typename Model>
void visitMachine(Visitor &v, Model &m) {
  v.field("name", m.name);
  v.field("chips", m.layout.chips);
  v.pes(m);
  v.layout(m);
  v.group("sram", [&] {
    v.field("bytes", m.sram.bytes);
    v.field("program", m.sram.program);
    v.field("stack", m.sram.stack);
    v.field("alignment", m.sram.alignment);
  });
  v.group("timer", [&] {
    v.field("clockHz", m.timerClockHz);
    visitTimer(v, m.timer);
  });
  v.group("send", [&] { visitSend(v, m.send); });
  v.group("receive", [&] { visitReceive(v, m.receive); });
  v.group("mac", [&] { visitMac(v, m.mac); });
  v.group("exp", [&] { v.field("base", m.exp.base); });
  v.group("router", [&] {
    v.field("entries", m.router.entries);
    v.field("clockHz", m.router.clockHz);
    v.field("links", m.router.links);
    v.places("nodes", m.router.nodes);
  });
  v.list("levels", m.levels, [&](auto &level) {
    v.field("name", level.name);
    v.field("clockHz", level.clockHz);
    v.field("activePicojoulePerCycle", level.activePicojoulePerCycle);
    v.field("sleepMilliwatt", level.sleepMilliwatt);
  });
  v.field("defaultLevel", m.defaultLevel);
  v.field("managementClockHz", m.managementClockHz);
  v.field("dramBytes", m.dramBytes);
  v.maybe("dram", m.dram, [&](auto &dram) { visitDram(v, dram); });
}

} // namespace snnc

#endif // SNNC_RUNTIME_MACHINE_MACHINESCHEMA_H
