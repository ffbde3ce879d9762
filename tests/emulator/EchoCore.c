/*===- EchoCore.c - A hand-written core program for the emulator's tests ----===
 *
 * Every tick it sends key_base + (number of ticks so far), then for every
 * received key k it sends k + 0x10000 and adds k to ring word 0. param[0]
 * chooses a misdeed in tick param[1]: 1 undefined instruction, 2 endless loop,
 * 3 store into the program, 4 unknown device, 5 work of param[2] loop turns in
 * every tick, 6 floating point: state[0] = float sum of ticks.
 *
 *===------------------------------------------------------------------------===
 */
#include "runtime/abi/CoreHeader.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define HEADER ((volatile SnncCoreHeader *)0x2000)

extern void start(void);
__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    (void *)0x20000, (void *)start};

static void send(uint32_t key) {
  while (!(REG(0xE200007C) & 0x80000000u)) {
  }
  REG(0xE2000014) = key;
}

static void misbehave(uint32_t tick) {
  volatile SnncCoreHeader *h = HEADER;
  if (h->param[0] == 5)
    for (volatile uint32_t i = 0; i < h->param[2]; ++i) {
    }
  if (h->param[0] == 6) {
    union {
      uint32_t bits;
      float value;
    } sum;
    sum.bits = h->state[0];
    sum.value += (float)tick;
    h->state[0] = sum.bits;
  }
  if (tick != h->param[1])
    return;
  if (h->param[0] == 1)
    __asm__ volatile(".inst.n 0xde01");
  if (h->param[0] == 2)
    for (;;)
      __asm__ volatile("");
  if (h->param[0] == 3)
    REG(0x10) = 1;
  if (h->param[0] == 4)
    REG(0xE5000000) = 1;
}

static void drain(void) {
  volatile SnncCoreHeader *h = HEADER;
  uint32_t words = REG(0xE2000118), pointer = REG(0xE200010C);
  for (uint32_t i = 0; i < words; ++i) {
    uint32_t key = REG(pointer);
    pointer = pointer + 4 == h->fifo_end ? h->fifo_base : pointer + 4;
    REG(h->ring_base) += key;
    send(key + 0x10000);
  }
  REG(0xE200010C) = pointer;
}

void start(void) {
  volatile SnncCoreHeader *h = HEADER;
  __asm__ volatile("cpsid i");
  REG(0xE000ED88) = 0xF00000;
  __asm__ volatile("dsb\nisb");
  REG(0xE2000000) = 0x60000000;
  REG(0xE2000104) = h->fifo_base;
  REG(0xE2000108) = h->fifo_end;
  REG(0xE2000100) = 0x00200641;
  REG(0xE1000000) = h->timer_load;
  if (h->param[0] != 7)
    REG(0xE000E100) = 1;
  if (h->param[0] != 8)
    REG(0xE1000008) = 0xE2;
  h->status = h->param[0] == 9 ? 0xBAD : SNNC_STATUS_READY;
  for (;;) {
    __asm__ volatile("wfi" ::: "memory");
    if (!REG(0xE1000010))
      continue;
    REG(0xE100000C) = 1;
    REG(0xE000E280) = 1;
    send(h->key_base + h->tick);
    drain();
    misbehave(h->tick);
    h->tick = h->tick + 1;
  }
}
