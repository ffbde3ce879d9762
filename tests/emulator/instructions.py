"""Random encodings of every instruction class of the Cortex-M4F engine, and the
registers and memory that they start from: the cases of differential.py."""

import struct

CODE, DATA, DATA_END = 0x100, 0x1000, 0x2000
BASES, INDEXES = (7, 10), (6, 11)
RESERVED = {6, 7, 10, 11, 13, 15}
LOW = [0, 1, 2, 3, 4, 5]
FREE = [0, 1, 2, 3, 4, 5, 8, 9, 12, 14]
SPECIAL = [0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x8000, 0x7FFF, 0xFF,
           0x80, 31, 32, 33, 0x00010001, 0x80008000, 0x7FFF7FFF, 0x80807F7F]
FLOATS = [0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x7F800000,
          0xFF800000, 0x7FC00000, 0xFFC12345, 0x7F812345, 0xFF800001,
          0x00000001, 0x807FFFFF, 0x00800000, 0x7F7FFFFF, 0xFF7FFFFF,
          0x4F000000, 0xCF000000, 0x4F800000, 0x3F000000, 0x40200000,
          0x3EFFFFFF, 0x4B800001, 0x47800000, 0xC7000001, 0x33800000]


class Generator:
    """Random valid instructions; letters of a pattern are fields."""

    def __init__(self, rng):
        self.rng = rng

    def encode(self, pattern, **fixed):
        bits = pattern.replace(" ", "")
        assert len(bits) in (16, 32), pattern
        widths = {}
        for c in bits:
            if c not in "01":
                widths[c] = widths.get(c, 0) + 1
        values = {}
        for c, w in widths.items():
            value = fixed.get(c)
            if callable(value):
                value = value()
            values[c] = self.rng.getrandbits(w) if value is None else value
        left = dict(widths)
        word = 0
        for c in bits:
            if c in "01":
                bit = int(c)
            else:
                left[c] -= 1
                bit = values[c] >> left[c] & 1
            word = word << 1 | bit
        if len(bits) == 16:
            return [word]
        return [word >> 16, word & 0xFFFF]

    def low(self):
        return self.rng.choice(LOW)

    def free(self):
        return self.rng.choice(FREE)

    def source(self):
        return self.rng.choice(FREE + [6, 7, 10, 11])

    def pair(self):
        return self.rng.sample(FREE, 2)


ALU16 = ["00000iiiiimmmddd", "00001iiiiimmmddd", "00010iiiiimmmddd",
         "0001100mmmnnnddd", "0001101mmmnnnddd", "0001110iiinnnddd",
         "0001111iiinnnddd", "00100dddiiiiiiii", "00101dddiiiiiiii",
         "00110dddiiiiiiii", "00111dddiiiiiiii", "010000oooommmddd",
         "10100dddiiiiiiii", "10101dddiiiiiiii",
         "10110010oommmddd", "1011101000mmmddd", "1011101001mmmddd",
         "1011101011mmmddd"]
HIGH16 = ["01000100Dmmmmddd", "01000101Dmmmmddd", "01000110Dmmmmddd"]
LONG_OPS = [0, 1, 2, 3, 4, 8, 10, 11, 13, 14]


def alu16(g):
    return g.encode(g.rng.choice(ALU16), d=g.low)


def high16(g):
    d = g.free()
    return g.encode(g.rng.choice(HIGH16), D=d >> 3, d=d & 7, m=g.source)


def alu32(g):
    o = g.rng.choice(LONG_OPS)
    n = 15 if o in (2, 3) and g.rng.random() < .4 else g.source()
    d, s = g.free(), g.rng.getrandbits(1)
    if o in (0, 4, 8, 13) and g.rng.random() < .3:
        d, s = 15, 1
    if g.rng.random() < .5:
        return g.encode("1110101ooooSnnnn0iiiddddiittmmmm", o=o, n=n, d=d, S=s,
                        m=g.source)
    i = g.rng.getrandbits(12)
    if (i >> 8) in (1, 2, 3) and i & 255 == 0:
        i |= 1
    return g.encode("11110i0ooooSnnnn0iiiddddiiiiiiii", o=o, n=n, d=d, S=s,
                    i=i)


def plain32(g):
    return g.encode(g.rng.choice([
        "11110i100000nnnn0iiiddddiiiiiiii", "11110i101010nnnn0iiiddddiiiiiiii",
        "11110i100100xxxx0iiiddddiiiiiiii", "11110i101100xxxx0iiiddddiiiiiiii",
        "111110100ttSnnnn1111dddd0000mmmm"]), n=g.source, d=g.free,
        m=g.source)


def bitfield(g):
    lsb = g.rng.randrange(32)
    width = g.rng.randint(1, 32 - lsb)
    which = g.rng.randrange(4)
    n = g.source()
    if which < 2:
        return g.encode(["111100110100nnnn0iiiddddii0wwwww",
                         "111100111100nnnn0iiiddddii0wwwww"][which],
                        i=lsb, w=width - 1, n=n, d=g.free)
    return g.encode("111100110110nnnn0iiiddddii0wwwww", i=lsb,
                    w=lsb + width - 1, n=15 if which == 3 else n, d=g.free)


def saturate(g):
    sh = g.rng.getrandbits(1)
    i = g.rng.randrange(1 if sh else 0, 32)
    return g.encode(g.rng.choice([
        "1111001100h0nnnn0iiiddddii0sssss", "1111001110h0nnnn0iiiddddii0sssss",
        "111100110010nnnn0000dddd0000ssss",
        "111100111010nnnn0000dddd0000ssss"]), h=sh, i=i, n=g.source, d=g.free)


def dsp(g):
    pick = g.rng.randrange(6)
    if pick == 0:
        return g.encode("111110100ooonnnn1111dddd10rrmmmm",
                        o=g.rng.randrange(6), d=g.free, m=g.source,
                        n=lambda: g.rng.choice([15, g.source()]))
    if pick == 1:
        return g.encode("111110101ooonnnn1111dddd0uuummmm",
                        o=g.rng.choice([0, 1, 2, 4, 5, 6]),
                        u=g.rng.choice([0, 1, 2, 4, 5, 6]), n=g.source,
                        d=g.free, m=g.source)
    if pick == 2:
        return g.encode(g.rng.choice(["111110101000nnnn1111dddd10ppmmmm",
                                      "111110101010nnnn1111dddd1000mmmm"]),
                        n=g.source, d=g.free, m=g.source)
    if pick == 3:
        m = g.source()
        return g.encode("111110101001nnnn1111dddd10ppmmmm", n=m, m=m, d=g.free)
    if pick == 4:
        m = g.source()
        return g.encode("111110101011nnnn1111dddd1000mmmm", n=m, m=m, d=g.free)
    return g.encode("111010101100nnnn0iiiddddiiT0mmmm", n=g.source, d=g.free,
                    m=g.source)


MULTIPLY = [("111110110000nnnnaaaadddd0000mmmm", True),
            ("111110110000nnnnaaaadddd0001mmmm", False),
            ("111110110001nnnnaaaadddd00xxmmmm", True),
            ("111110110010nnnnaaaadddd000xmmmm", True),
            ("111110110011nnnnaaaadddd000xmmmm", True),
            ("111110110100nnnnaaaadddd000xmmmm", True),
            ("111110110101nnnnaaaadddd000xmmmm", True),
            ("111110110110nnnnaaaadddd000xmmmm", False),
            ("111110110111nnnnaaaadddd0000mmmm", True)]
LONG = ["111110111000nnnnllllhhhh0000mmmm", "111110111010nnnnllllhhhh0000mmmm",
        "111110111100nnnnllllhhhh0000mmmm", "111110111100nnnnllllhhhh10xxmmmm",
        "111110111100nnnnllllhhhh110xmmmm", "111110111101nnnnllllhhhh110xmmmm",
        "111110111110nnnnllllhhhh0000mmmm", "111110111110nnnnllllhhhh0110mmmm"]


def multiply(g):
    pick = g.rng.randrange(3)
    if pick == 0:
        pattern, bare = g.rng.choice(MULTIPLY)
        a = 15 if bare and g.rng.random() < .3 else g.source()
        return g.encode(pattern, n=g.source, m=g.source, a=a, d=g.free)
    if pick == 1:
        low, high = g.pair()
        return g.encode(g.rng.choice(LONG), n=g.source, m=g.source, l=low,
                        h=high)
    return g.encode(g.rng.choice(["111110111001nnnn1111dddd1111mmmm",
                                  "111110111011nnnn1111dddd1111mmmm"]),
                    n=g.source, m=g.source, d=g.free)


MEM16 = ["0101ooommmnnnttt", "01100iiiiinnnttt", "01101iiiiinnnttt",
         "01110iiiiinnnttt", "01111iiiiinnnttt", "10000iiiiinnnttt",
         "10001iiiiinnnttt"]


def memory(g):
    pick = g.rng.randrange(8)
    n = g.rng.choice(BASES)
    sizes = g.rng.choice([(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1),
                          (0, 2, 0), (0, 2, 1), (1, 0, 1), (1, 1, 1)])
    s, z, load = sizes
    if pick == 0:
        return g.encode(g.rng.choice(MEM16), m=6, n=7, t=g.low)
    if pick == 1:
        return g.encode("1111100s1zzLnnnnttttiiiiiiiiiiii", s=s, z=z, L=load,
                        n=n, t=g.free, i=lambda: g.rng.randrange(256))
    if pick == 2:
        p = g.rng.getrandbits(1)
        u, w = g.rng.getrandbits(1), g.rng.getrandbits(1)
        if not p:
            w = 1
        if p and u and not w:
            u = 0
        return g.encode("1111100s0zzLnnnntttt1PUWiiiiiiii", s=s, z=z, L=load,
                        n=n, t=g.free, P=p, U=u, W=w,
                        i=g.rng.randrange(64) * 4 if w
                        else g.rng.randrange(256))
    if pick == 3:
        return g.encode("1111100s0zzLnnnntttt000000iimmmm", s=s, z=z, L=load,
                        n=n, t=g.free, m=g.rng.choice(INDEXES))
    if pick == 4:
        t, u = g.pair()
        p, w = g.rng.choice([(1, 0), (1, 1), (0, 1)])
        return g.encode("1110100PU1WLnnnnttttuuuuiiiiiiii", P=p, W=w, n=n, t=t,
                        u=u, i=lambda: g.rng.randrange(32))
    if pick == 5:
        regs = g.rng.sample(FREE, g.rng.randint(2, 8))
        return g.encode(g.rng.choice([
            "1110100010wLnnnnrrrrrrrrrrrrrrrr",
            "1110100100wLnnnnrrrrrrrrrrrrrrrr"]), n=n,
            r=sum(1 << r for r in regs))
    if pick == 6:
        regs = sum(1 << r for r in g.rng.sample(LOW, g.rng.randint(1, 6)))
        return g.encode(g.rng.choice(["11000111rrrrrrrr", "11001111rrrrrrrr",
                                      "10110100rrrrrrrr", "10111100rrrrrrrr",
                                      "10110101rrrrrrrr"]), r=regs)
    return g.encode(g.rng.choice(["10010tttiiiiiiii", "10011tttiiiiiiii"]),
                    t=g.low, i=lambda: g.rng.randrange(64))


def literal(g):
    s, z = g.rng.choice([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)])
    return g.encode(g.rng.choice(["01001tttiiiiiiii",
                                  "1111100sUzz11111ttttiiiiiiiiiiii"]),
                    s=s, z=z, U=1, i=lambda: g.rng.randrange(200),
                    t=g.low)


def it_block(g):
    """IT and its one to four instructions, none of which sets flags twice."""
    count = g.rng.randint(1, 4)
    condition = g.rng.randrange(14)
    mask = 0
    for k in range(count - 1):
        mask |= g.rng.getrandbits(1) << (3 - k)
    mask |= 1 << (4 - count)
    code = [0xBF00 | condition << 4 | mask]
    for _ in range(count):
        code += g.rng.choice([alu16, alu32, memory, fp_arith, high16])(g)
    return code


def skip_branch(g):
    """A conditional branch or CBZ over one instruction."""
    inner = g.rng.choice([alu16, alu32, memory, fp_arith])(g)
    halves = len(inner)
    pick = g.rng.randrange(4)
    if pick == 0:
        return g.encode("1101cccciiiiiiii", c=g.rng.randrange(14),
                        i=halves - 1) + inner
    if pick == 1:
        return g.encode("1011o001iiiiinnn", i=halves - 1, n=g.low) + inner
    if pick == 2:
        return g.encode("111100ccccbbbbbb10000iiiiiiiiiii".replace("b", "0"),
                        c=g.rng.randrange(14), i=halves) + inner
    return g.encode("11110000000000001011Yiiiiiiiiiii".replace("Y", "1"),
                    i=halves) + inner


def fp_arith(g):
    pick = g.rng.randrange(4)
    if pick < 2:
        return g.encode(g.rng.choice([
            "111011100D00nnnndddd1010NoM0mmmm",
            "111011100D01nnnndddd1010NoM0mmmm",
            "111011100D10nnnndddd1010NoM0mmmm",
            "111011100D11nnnndddd1010NoM0mmmm",
            "111011101D00nnnndddd1010N0M0mmmm",
            "111011101D01nnnndddd1010NoM0mmmm",
            "111011101D10nnnndddd1010NoM0mmmm"]))
    if pick == 2:
        return g.encode(g.rng.choice([
            "111011101D110000dddd101001M0mmmm",
            "111011101D110000dddd101011M0mmmm",
            "111011101D110001dddd101001M0mmmm",
            "111011101D110001dddd101011M0mmmm",
            "111011101D11iiiidddd10100000iiii",
            "111011101D11001bdddd1010t1M0mmmm"]))
    return g.encode(g.rng.choice([
        "111011101D110100dddd1010E1M0mmmm",
        "111011101D110101dddd1010E1000000",
        "111011101D111000dddd1010s1M0mmmm",
        "111011101D11110sdddd1010r1M0mmmm"]))


def fp_fixed(g):
    x = g.rng.getrandbits(1)
    count = g.rng.randrange(33 if x else 17)
    return g.encode("111011101D111o1udddd1010x1i0ffff", x=x, i=count & 1,
                    f=count >> 1)


def fp_move(g):
    pick = g.rng.randrange(8)
    n = g.rng.choice(BASES)
    if pick == 0:
        return g.encode("11101110000Lnnnntttt1010N0010000", t=g.free)
    if pick == 1:
        t, u = g.pair()
        s = g.rng.randrange(31)
        return g.encode("11101100010Luuuutttt101000M1mmmm", t=t, u=u, m=s >> 1,
                        M=s & 1)
    if pick == 2:
        t, u = g.pair()
        return g.encode("11101100010Luuuutttt10110001mmmm", t=t, u=u)
    if pick == 3:
        return g.encode("1110111000xLnnnntttt101100010000", t=g.free)
    if pick == 4:
        return g.encode("1110111011110001tttt101000010000",
                        t=lambda: g.rng.choice([15]))
    if pick == 5:
        return g.encode("11101101UD0Lnnnndddd1010iiiiiiii", n=n,
                        i=lambda: g.rng.randrange(64))
    if pick == 6:
        return g.encode("11101101U00Lnnnndddd1011iiiiiiii", n=n,
                        i=lambda: g.rng.randrange(64))
    first = g.rng.randrange(32)
    count = g.rng.randint(1, min(16, 32 - first))
    p, u, w = g.rng.choice([(0, 1, 0), (0, 1, 1), (1, 0, 1)])
    if g.rng.random() < .5:
        first, count = first & ~1, max(2, count & ~1)
        return g.encode("1110110PU0WLnnnndddd1011iiiiiiii", P=p, U=u, W=w, n=n,
                        d=first >> 1, i=count)
    return g.encode("1110110PUDWLnnnndddd1010iiiiiiii", P=p, U=u, W=w, n=n,
                    d=first >> 1, D=first & 1, i=count)


def system(g):
    pick = g.rng.randrange(3)
    if pick == 0:
        return g.encode("11110011111011111000dddd00000000", d=g.free)
    if pick == 1:
        return g.encode("111100111000nnnn1000kk0000000000", n=g.free,
                        k=lambda: g.rng.choice([2, 3]))
    return g.rng.choice([[0xBF00], [0xF3AF, 0x8000], [0xF3BF, 0x8F4F],
                         [0xF3BF, 0x8F5F], [0xF3BF, 0x8F6F]])


def exclusive(g):
    t, d = g.pair()
    load = g.encode("111010000101nnnntttt1111iiiiiiii", n=10, t=t,
                    i=lambda: g.rng.randrange(16))
    return load + g.encode("111010000100nnnnttttddddiiiiiiii", n=10, t=t, d=d,
                           i=load[1] & 15)


CLASSES = [alu16, high16, alu32, plain32, bitfield, saturate, dsp, multiply,
           memory, literal, it_block, skip_branch, fp_arith, fp_fixed, fp_move,
           system, exclusive]


def make_case(rng, single):
    g = Generator(rng)
    code = []
    names = []
    for _ in range(1 if single else rng.randint(2, 12)):
        kind = rng.choice(CLASSES)
        names.append(kind.__name__)
        code += kind(g)
    registers = [rng.choice(SPECIAL) if rng.random() < .35
                 else rng.getrandbits(32) for _ in range(15)]
    for base in BASES:
        registers[base] = 0x1800 + 4 * rng.randrange(-32, 32)
    for index in INDEXES:
        registers[index] = rng.randrange(64)
    registers[13] = 0x1600
    apsr = rng.getrandbits(32) & 0xF80F0000
    floats = [rng.choice(FLOATS) if rng.random() < .5 else
              (rng.getrandbits(32) if rng.random() < .3 else
               struct.unpack("<I", struct.pack(
                   "<f", rng.uniform(-1, 1) * 2.0 ** rng.randint(-20, 40)))[0])
              for _ in range(32)]
    fpscr = rng.getrandbits(4) << 28
    return {"code": code, "names": names, "r": registers, "apsr": apsr,
            "s": floats, "fpscr": fpscr, "seed": rng.getrandbits(32) | 1}
