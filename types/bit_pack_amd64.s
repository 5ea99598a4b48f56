//go:build amd64 && !purego

#include "textflag.h"

// Within each 8 bytes the last one first, since VPMOVMSKB gives the first byte's bit as the lowest.
DATA reversed<>+0(SB)/8, $0x0001020304050607
DATA reversed<>+8(SB)/8, $0x08090a0b0c0d0e0f
DATA reversed<>+16(SB)/8, $0x0001020304050607
DATA reversed<>+24(SB)/8, $0x08090a0b0c0d0e0f
GLOBL reversed<>(SB), RODATA|NOPTR, $32

// func packDigitsAVX2(dst, digits *byte, n int) (ok bool)
// Packs n times 8 binary digits into a byte, 4 at a time; ok says that all of them were digits.
TEXT ·packDigitsAVX2(SB), NOSPLIT, $0-25
	MOVQ dst+0(FP), DI
	MOVQ digits+8(FP), SI
	MOVQ n+16(FP), CX
	VMOVDQU reversed<>(SB), Y0
	MOVL $0x30, AX
	VMOVD AX, X1
	VPBROADCASTB X1, Y1
	MOVL $0xfe, AX
	VMOVD AX, X5
	VPBROADCASTB X5, Y5
	VPXOR Y2, Y2, Y2
	SUBQ $4, CX
	JL eights

loop:
	VPXOR (SI), Y1, Y3
	VPOR Y3, Y2, Y2
	VPSHUFB Y0, Y3, Y3
	VPSLLW $7, Y3, Y3
	VPMOVMSKB Y3, AX
	MOVL AX, (DI)
	ADDQ $32, SI
	ADDQ $4, DI
	SUBQ $4, CX
	JGE loop

eights:
	ADDQ $4, CX
	JZ done

eight:
	VMOVQ (SI), X3
	VPXOR X1, X3, X3
	VMOVQ X3, X3 // no upper half
	VPOR Y3, Y2, Y2
	VPSHUFB X0, X3, X3
	VPSLLW $7, X3, X3
	VPMOVMSKB X3, AX
	MOVB AX, (DI)
	ADDQ $8, SI
	INCQ DI
	DECQ CX
	JNZ eight

done:
	VPTEST Y5, Y2
	SETEQ ok+24(FP)
	VZEROUPPER
	RET
