/*===- CoreHeader.h - Contract of core program and host -------------*- C
 *-*-===*
 *
 * Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Plain C: read by the code generator, the host runtime and, for reference, by
 * anybody who writes a core program by hand. All words are 32 bit, little
 * endian; all addresses are byte addresses in the PE's own SRAM. The header
 * stands at machine.sram.program.end. Bump SNNC_ABI_VERSION on any change.
 *
 *===----------------------------------------------------------------------===*/
#ifndef SNNC_RUNTIME_ABI_COREHEADER_H
#define SNNC_RUNTIME_ABI_COREHEADER_H

#include <stdint.h>

#define SNNC_ABI_MAGIC 0x31434E53u /* "SNC1" */
#define SNNC_ABI_VERSION 9u
#define SNNC_MAX_STATES 8
#define SNNC_MAX_PARAMS 24
#define SNNC_MAX_RECEPTORS 2
#define SNNC_MAX_DRIVES 4

/* A core reports how it ended in `status`. */
#define SNNC_STATUS_READY                                                      \
  0x600Du                           /* initialised, waiting for the first tick \
                                     */
#define SNNC_STATUS_BAD_ABI 0xBAD1u /* header magic or version unknown */

typedef struct SnncCoreHeader {
  uint32_t magic;
  uint32_t abi_version;
  uint32_t status;     /* device writes */
  uint32_t timer_load; /* timer ticks per network tick */
  uint32_t tick;       /* device writes: ticks finished */
  uint32_t start_tick; /* neurons keep their initial state before it */
  uint32_t n_neurons;
  uint32_t key_base;     /* neuron i sends key_base + i; a subordinate: "Row
                            split" below */
  uint32_t overruns;     /* device writes: ticks that ended too late */
  uint32_t unknown_keys; /* device writes: packets that match no entry */
  uint32_t fifo_base;    /* packet ring filled by spDMA0 */
  uint32_t fifo_end;
  uint32_t table_base; /* population table, SnncTableEntry[] */
  uint32_t table_count;
  uint32_t ring_base;       /* int32 accumulators [slot][receptor][neuron] */
  uint32_t ring_slots;      /* ring depth in ticks, power of two */
  uint32_t ring_slot_bytes; /* bytes from one slot to the next */
  uint32_t spikes_base;     /* this tick's spikes, bit i%32 of word i/32 */
  uint32_t record_flags;    /* host writes: bit 0 spikes, bit 1+k state k */
  uint32_t record_base;
  uint32_t record_end;
  uint32_t record_cursor;   /* device advances, host rewinds */
  uint32_t record_overflow; /* device writes: ticks that found no room */
  uint32_t batch;           /* parallel: ticks per matrix product, else 1 */
  /* Parallel cores only (weight-delay map), otherwise 0. */
  uint32_t panel_base; /* SnncPanel[panel_count] */
  uint32_t panel_count;
  uint32_t operand_base;    /* int8 or int16 [operand_rows][batch] */
  uint32_t operand_bytes;   /* a multiple of 16, cleared every batch */
  uint32_t scatter_base;    /* u16 offsets [delays][map_sources] + 1 */
  uint32_t position_base;   /* u16 operand rows, sliced by the offsets */
  uint32_t map_sources;     /* sources are numbered over all table entries */
  uint32_t map_delay_first; /* delays are map_delay_first .. map_delays, */
  uint32_t map_delays;      /* map_delay_first >= batch */
  uint32_t
      history_base; /* u16 source numbers [history_slots][history_length] */
  uint32_t history_slots;  /* power of two >= map_delays */
  uint32_t history_length; /* spikes of a tick, >= map_sources */
  uint32_t history_count;  /* address of u16 counts [history_slots] */
  /* Rows in DRAM, otherwise 0: the row buffers, one behind the other,
     fetch_bytes each, aligned as the DMA unit asks for: one more than the unit
     of the bundle's machine takes transfers at a time. */
  uint32_t fetch_base;
  uint32_t fetch_bytes;
  uint32_t drive_base; /* SnncDrive[], behind them SnncNoise[]; or 0 */
  uint32_t state[SNNC_MAX_STATES]; /* float32[n_neurons] each */
  uint32_t param[SNNC_MAX_PARAMS]; /* address of float32[n_neurons], or the
                                      float32 value itself where uniform */
} SnncCoreHeader;

/* One range of source keys that has synapses here. Sorted by key_first; entries
 * with equal ranges stand next to each other and all apply.
 *
 * Serial cores: the slices of a population have keys at equal distances of
 * 2^shift, more than they have neurons: `gap` keys behind each are nobody's. An
 * entry may hold several of them, and a key is the source
 *
 *   k = key - origin,  source = k - (k >> shift) * gap + first
 *
 * of its block, which counts from 0. One slice: shift 31, gap 0.
 */
typedef struct SnncTableEntry {
  uint32_t key_first;
  uint32_t key_count;
  uint32_t kind;       /* index into the program's list of row encodings */
  uint32_t rows_base;  /* dense: first row. sparse: first synaptic word. conv:
                          first tap of the first channel. An address in DRAM
                          where the encoding says so */
  uint32_t index_base; /* dense, strided: bytes per row. conv: number of its
                          first source. sparse: address of u16[sources + 1],
                          row i = words [index[i], index[i+1]). bitmap: address
                          of a bit for every source */
  uint32_t target; /* receptor offset + first target neuron, in accumulators */
  uint32_t delay;  /* ticks - 1 added to every synapse of the block */
  uint32_t length; /* dense: targets per row. conv: the core's first neuron.
                      strided: words per row, or where rows go on. bitmap:
                      address of the rows' places */
  uint32_t origin; /* key of neuron 0 of the first slice */
  uint32_t first;  /* its number in the block, modulo 2^32 */
  uint16_t gap;
  uint16_t shift;
} SnncTableEntry;

/* Row split. A subordinate core multiplies part of the sources of neurons that
 * another core, the dominant one, holds: n_neurons columns, no states, no
 * record window. In tick t it computes the sums that the neurons take in t + 1
 * (map_delay_first and map_delays are shorter by 1 for that) and sends each as
 * D digits of B bits, numbers of its program: as it is (D 1), or (D 2) as low +
 * high * 2^B, low in [-2^(B-1), 2^(B-1)). A digit that is not 0 has the key
 *
 *   key_base + (((receptor * n_neurons + column) * D + place) << B)
 *            + (digit mod 2^B),  place 0 low, 1 high
 *
 * All sums fit D digits; CoreEntry::largestCount keeps inputs to that. The
 * dominant core has one table entry per subordinate and receptor, of the kind
 * `sums` of D digits: key_first is the key of column 0, `target` its
 * accumulator, `length` 32 - B, delay 0, rows_base and index_base 0. No sum
 * needs a word of its own in a packet: they travel like spikes. */

/* Parallel cores: one matrix product of the MAC array. Operand rows are the
 * (source, delay) pairs that have a synapse into these columns; columns are
 * neurons in order, padded to the array's width with zero weights. Outputs are
 * int32 [batch][columns]. Receptor r of a tile is the panel r places after the
 * tile's first; `neuron_first` and `neuron_end` are the neurons that the tile
 * holds. In parallel table entries `target` is the number of the entry's first
 * source in the scatter table; kind, rows_base, index_base, delay and length
 * are 0. A count of k spikes of one source in one tick adds k to its operand,
 * which holds up to 127.
 */
typedef struct SnncPanel {
  uint32_t operand; /* address of the panel's first operand row */
  uint32_t rows;
  uint32_t weights; /* int8 or int16 [rows][columns], 16-byte aligned */
  uint32_t columns; /* a multiple of the MAC array's width */
  uint32_t output;  /* int32 [batch][columns], 16-byte aligned */
  uint32_t neuron_first;
  uint32_t neuron_end;
  uint32_t reserved;
} SnncPanel;

/* A Poisson input that the core draws for its own neurons (docs/semantics.md
 * S7.4): in tick t neuron i gets the spikes of channel `channel` + i in tick t
 * - delay, times its weight. The program knows how many there are. Before a run
 * the host writes sample and ticks, and the key where the image's is not meant.
 */
typedef struct SnncDrive {
  uint32_t key[2];
  uint32_t sample;
  uint32_t ticks;   /* the input is silent from this tick on */
  uint32_t delay;   /* at least 1 */
  uint32_t channel; /* of neuron 0 */
  uint32_t weights; /* address of int16[n_neurons] */
  uint32_t tables;  /* address of the first SnncDriveTable */
  uint32_t means;   /* address of u16[n_neurons]: where a neuron's table stands,
                       in words from the first one; 0: all have the first */
  uint32_t reserved;
  uint32_t words[4];      /* device: of the last block */
  uint32_t round_key[20]; /* device: what the first two rounds have in common
                             in a tick, then the keys of round r at 2 r */
} SnncDrive;

/* Inversion of the distribution function of one mean: a uniform number u of 48
 * bits has as many spikes as there are limits up to u; where it reaches the
 * last one, `most`. By the first 10 bits of u the guide has that count, or,
 * with the highest bit set, limits that certainly are. Behind it stand u32
 * first[count + 1], the first 16 bits of each limit and 0x10000, and u32
 * others[count], their other 32.
 */
#define SNNC_DRIVE_GUIDE_BITS 10
#define SNNC_DRIVE_UNSETTLED 0x80u
typedef struct SnncDriveTable {
  uint32_t count;
  uint32_t most;
  uint8_t guide[1 << SNNC_DRIVE_GUIDE_BITS];
} SnncDriveTable;

/* A parameter that is drawn anew in each tick (docs/semantics.md S3.7): before
 * the update of tick t the core writes the numbers of its neurons for the tick
 * t
 * - latency into the parameter's array. The program knows where these stand
 * behind drive_base. Before a run the host writes key and sample.
 */
typedef struct SnncNoise {
  uint32_t key[2];
  uint32_t sample;
  uint32_t latency;
  uint32_t neuron; /* of the population: the core's first */
  uint32_t table;  /* address of float32[SNNC_NORMAL_ROWS][4] */
  uint32_t reserved[2];
  uint32_t words[4];      /* device: of the last block */
  uint32_t round_key[20]; /* device: as SnncDrive's */
} SnncNoise;
#define SNNC_NORMAL_ROWS 33

#endif /* SNNC_RUNTIME_ABI_COREHEADER_H */
