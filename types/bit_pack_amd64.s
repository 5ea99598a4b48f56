//go:build amd64 && !purego

#include "textflag.h"

// Within each 8 bytes the last one first, since VPMOVMSKB gives the first byte's bit as the lowest.
DATA reversed<>+0(SB)/8, $0x0001020304050607
DATA reversed<>+8(SB)/8, $0x08090a0b0c0d0e0f
DATA reversed<>+16(SB)/8, $0x0001020304050607
DATA reversed<>+24(SB)/8, $0x08090a0b0c0d0e0f
DATA reversed<>+32(SB)/8, $0x0001020304050607
DATA reversed<>+40(SB)/8, $0x08090a0b0c0d0e0f
DATA reversed<>+48(SB)/8, $0x0001020304050607
DATA reversed<>+56(SB)/8, $0x08090a0b0c0d0e0f
GLOBL reversed<>(SB), RODATA|NOPTR, $64

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

// func packDigitsAVX512(dst, digits *byte, n int) (ok bool)
// Packs n binary digits, 64 at a time; the last byte gets zeros behind them.
TEXT ·packDigitsAVX512(SB), NOSPLIT, $0-25
	MOVQ dst+0(FP), DI
	MOVQ digits+8(FP), SI
	MOVQ n+16(FP), CX
	VMOVDQU64 reversed<>(SB), Z0
	MOVL $0x30, AX
	VPBROADCASTB AX, Z1
	MOVL $1, AX
	VPBROADCASTB AX, Z5
	VPXORQ Z2, Z2, Z2
	SUBQ $64, CX
	JL rest

loop:
	VMOVDQU64 (SI), Z3
	VPSUBB Z1, Z3, Z3
	VPMAXUB Z3, Z2, Z2
	VPSHUFB Z0, Z3, Z3
	VPTESTMB Z5, Z3, K1
	KMOVQ K1, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	SUBQ $64, CX
	JGE loop

rest:
	ADDQ $64, CX
	JZ done
	MOVQ $-1, AX
	SHLQ CX, AX
	NOTQ AX
	KMOVQ AX, K2
	VMOVDQU8.Z (SI), K2, Z3
	VPSUBB.Z Z1, Z3, K2, Z3
	VPMAXUB Z3, Z2, Z2
	VPSHUFB Z0, Z3, Z3
	VPTESTMB Z5, Z3, K1
	KMOVQ K1, AX
	ADDQ $7, CX
	SHRQ $3, CX

byte:
	MOVB AX, (DI)
	SHRQ $8, AX
	INCQ DI
	DECQ CX
	JNZ byte

done:
	VPCMPUB $6, Z5, Z2, K1 // more than 1
	KORTESTQ K1, K1
	SETEQ ok+24(FP)
	VZEROUPPER
	RET
