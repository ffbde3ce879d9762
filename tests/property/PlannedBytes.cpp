#include "tests/property/Check.h"
namespace snnc::property {
std::string checkPlannedBytes(const runtime::Bundle &, uint64_t &) {
  return "";
}
} // namespace snnc::property
