//go:build amd64 && !purego

#include "textflag.h"

// func classifyAVX2(blocks *block, buf *byte, n int, quote, delim byte)
// Per block of 64 bytes: the bytes that equal quote, delim and LF, and those that are NUL or beyond ASCII.
TEXT ·classifyAVX2(SB), NOSPLIT, $0-26
	MOVQ blocks+0(FP), DI
	MOVQ buf+8(FP), SI
	MOVQ n+16(FP), CX
	VPBROADCASTB quote+24(FP), Y0
	VPBROADCASTB delim+25(FP), Y1
	MOVL $10, AX
	VMOVD AX, X2
	VPBROADCASTB X2, Y2
	VPXOR Y3, Y3, Y3
	TESTQ CX, CX
	JZ done

loop:
	VMOVDQU (SI), Y4
	VMOVDQU 32(SI), Y5
	VPCMPEQB Y0, Y4, Y6
	VPCMPEQB Y0, Y5, Y7
	VPMOVMSKB Y6, AX
	VPMOVMSKB Y7, BX
	SHLQ $32, BX
	ORQ BX, AX
	MOVQ AX, 0(DI)
	VPCMPEQB Y1, Y4, Y6
	VPCMPEQB Y1, Y5, Y7
	VPMOVMSKB Y6, AX
	VPMOVMSKB Y7, BX
	SHLQ $32, BX
	ORQ BX, AX
	MOVQ AX, 8(DI)
	VPCMPEQB Y2, Y4, Y6
	VPCMPEQB Y2, Y5, Y7
	VPMOVMSKB Y6, AX
	VPMOVMSKB Y7, BX
	SHLQ $32, BX
	ORQ BX, AX
	MOVQ AX, 16(DI)
	VPCMPEQB Y3, Y4, Y6
	VPCMPEQB Y3, Y5, Y7
	VPOR Y4, Y6, Y6
	VPOR Y5, Y7, Y7
	VPMOVMSKB Y6, AX
	VPMOVMSKB Y7, BX
	SHLQ $32, BX
	ORQ BX, AX
	MOVQ AX, 24(DI)
	ADDQ $64, SI
	ADDQ $32, DI
	DECQ CX
	JNZ loop

done:
	VZEROUPPER
	RET

// func cpuid(leaf, sub uint32) (a, b, c, d uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL sub+4(FP), CX
	CPUID
	MOVL AX, a+8(FP)
	MOVL BX, b+12(FP)
	MOVL CX, c+16(FP)
	MOVL DX, d+20(FP)
	RET

// func xgetbv() (a uint32)
TEXT ·xgetbv(SB), NOSPLIT, $0-4
	XORL CX, CX
	XGETBV
	MOVL AX, a+0(FP)
	RET
