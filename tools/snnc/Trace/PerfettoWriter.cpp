//===- PerfettoWriter.cpp - Traces that ui.perfetto.dev opens -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Trace/PerfettoWriter.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/Text.h"

namespace snnc::trace {

namespace {

/// One protobuf message.
class Message {
public:
  Message &number(unsigned field, uint64_t value) {
    varint(uint64_t(field) << 3);
    varint(value);
    return *this;
  }
  Message &text(unsigned field, std::string_view value) {
    varint(uint64_t(field) << 3 | 2);
    varint(value.size());
    bytes += value;
    return *this;
  }
  Message &message(unsigned field, const Message &value) {
    return text(field, value.bytes);
  }
  std::string bytes;

private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      bytes += char(value | 0x80);
    bytes += char(value);
  }
};

// perfetto_trace.proto.
constexpr unsigned kTracePacket = 1;                       // of Trace
constexpr unsigned kTimestamp = 8, kSequence = 10;         // of TracePacket
constexpr unsigned kTrackEvent = 11, kInternedData = 12;   // of TracePacket
constexpr unsigned kSequenceFlags = 13, kDescriptor = 60;  // of TracePacket
constexpr unsigned kUuid = 1, kTrackName = 2, kParent = 5; // TrackDescriptor
constexpr unsigned kCounter = 8;                           // TrackDescriptor
constexpr unsigned kUnitName = 6;                          // CounterDescriptor
constexpr unsigned kAnnotation = 4, kType = 9;             // of TrackEvent
constexpr unsigned kNameId = 10, kTrackUuid = 11;          // of TrackEvent
constexpr unsigned kCounterValue = 30;                     // of TrackEvent
constexpr unsigned kEventNames = 2, kAnnotationNames = 3;  // of InternedData
constexpr unsigned kAnnotationNameId = 1, kAnnotationCount = 3;
enum EventType : uint64_t { SliceBegin = 1, SliceEnd = 2, Counter = 4 };

} // namespace

void PerfettoWriter::addPacket(const std::string &body) {
  Message packet;
  packet.bytes = body;
  packet.number(kSequence, 1);
  // The first packet begins with no names; the others need them.
  packet.number(kSequenceFlags, begun ? 2 : 1);
  begun = true;
  out += Message().text(kTracePacket, packet.bytes).bytes;
}

PerfettoWriter::Track PerfettoWriter::describe(std::string_view name,
                                               Track parent,
                                               std::string_view counter) {
  Message track;
  track.number(kUuid, ++last).text(kTrackName, safeText(name));
  if (parent)
    track.number(kParent, parent);
  if (!counter.empty())
    track.message(kCounter, Message().text(kUnitName, counter));
  addPacket(Message().message(kDescriptor, track).bytes);
  return last;
}

PerfettoWriter::Track PerfettoWriter::addTrack(std::string_view name,
                                               Track parent) {
  return describe(name, parent, {});
}

PerfettoWriter::Track PerfettoWriter::addCounter(std::string_view name,
                                                 std::string_view unit,
                                                 Track parent) {
  return describe(name, parent, unit);
}

uint64_t
PerfettoWriter::intern(std::map<std::string, uint64_t, std::less<>> &known,
                       std::string_view name, unsigned field) {
  if (auto found = known.find(name); found != known.end())
    return found->second;
  uint64_t id = known.size() + 1;
  known.emplace(name, id);
  Message entry;
  entry.number(1, id).text(2, safeText(name));
  addPacket(
      Message().message(kInternedData, Message().message(field, entry)).bytes);
  return id;
}

void PerfettoWriter::addEvent(uint64_t at, const std::string &event) {
  addPacket(Message().number(kTimestamp, at).text(kTrackEvent, event).bytes);
}

void PerfettoWriter::addSlice(Track track, uint64_t begin, uint64_t end,
                              std::string_view name, std::string_view countName,
                              uint64_t count) {
  if (end <= begin)
    return;
  Message event;
  event.number(kType, SliceBegin)
      .number(kTrackUuid, track)
      .number(kNameId, intern(events, name, kEventNames));
  if (!countName.empty())
    event.message(kAnnotation,
                  Message()
                      .number(kAnnotationNameId,
                              intern(annotations, countName, kAnnotationNames))
                      .number(kAnnotationCount, count));
  addEvent(begin, event.bytes);
  addEvent(end,
           Message().number(kType, SliceEnd).number(kTrackUuid, track).bytes);
}

void PerfettoWriter::setCounter(Track track, uint64_t at, int64_t value) {
  addEvent(at, Message()
                   .number(kType, Counter)
                   .number(kTrackUuid, track)
                   .number(kCounterValue, uint64_t(value))
                   .bytes);
}

Status PerfettoWriter::write(const std::string &path) const {
  return writeFileAtomically(path, out);
}

} // namespace snnc::trace
