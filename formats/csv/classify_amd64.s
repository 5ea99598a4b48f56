//go:build amd64 && !purego

#include "textflag.h"

// func classifyAVX2(blocks *block, buf *byte, n int, quote, delim byte) (returns bool)
// Per block of 64 bytes: the bytes that equal quote, delim and LF, and those that are NUL or beyond ASCII. Says whether
// any byte is CR.
TEXT ·classifyAVX2(SB), NOSPLIT, $0-33
	MOVQ blocks+0(FP), DI
	MOVQ buf+8(FP), SI
	MOVQ n+16(FP), CX
	VPBROADCASTB quote+24(FP), Y0
	VPBROADCASTB delim+25(FP), Y1
	MOVL $10, AX
	VMOVD AX, X2
	VPBROADCASTB X2, Y2
	VPXOR Y3, Y3, Y3
	MOVL $13, AX
	VMOVD AX, X8
	VPBROADCASTB X8, Y8
	VPXOR Y9, Y9, Y9
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
	VPCMPEQB Y8, Y4, Y4
	VPCMPEQB Y8, Y5, Y5
	VPOR Y4, Y5, Y4
	VPOR Y4, Y9, Y9
	ADDQ $64, SI
	ADDQ $32, DI
	DECQ CX
	JNZ loop

done:
	VPTEST Y9, Y9
	SETNE returns+32(FP)
	VZEROUPPER
	RET

// func classifyAVX512(blocks *block, buf *byte, n int, quote, delim byte) (returns bool)
// The same, 64 bytes at a time.
TEXT ·classifyAVX512(SB), NOSPLIT, $0-33
	MOVQ blocks+0(FP), DI
	MOVQ buf+8(FP), SI
	MOVQ n+16(FP), CX
	VPBROADCASTB quote+24(FP), Z0
	VPBROADCASTB delim+25(FP), Z1
	MOVL $10, AX
	VPBROADCASTB AX, Z2
	VPXORQ Z3, Z3, Z3
	MOVL $13, AX
	VPBROADCASTB AX, Z5
	KXORQ K6, K6, K6
	TESTQ CX, CX
	JZ last

next:
	VMOVDQU64 (SI), Z4
	VPCMPEQB Z0, Z4, K1
	VPCMPEQB Z1, Z4, K2
	VPCMPEQB Z2, Z4, K3
	VPCMPB $2, Z3, Z4, K4 // at most 0, with a sign: NUL, or beyond ASCII
	VPCMPEQB Z5, Z4, K5
	KMOVQ K1, 0(DI)
	KMOVQ K2, 8(DI)
	KMOVQ K3, 16(DI)
	KMOVQ K4, 24(DI)
	KORQ K5, K6, K6
	ADDQ $64, SI
	ADDQ $32, DI
	DECQ CX
	JNZ next

last:
	KMOVQ K6, AX
	TESTQ AX, AX
	SETNE returns+32(FP)
	VZEROUPPER
	RET
