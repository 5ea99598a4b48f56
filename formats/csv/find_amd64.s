//go:build amd64 && !purego

#include "textflag.h"

// func findPairAVX2(p *byte, n, apart int, a, b byte) int
// The first i below n with p[i] == a and p[i+apart] == b, or -1. Reads up to 63 bytes beyond p[n-1+apart].
TEXT ·findPairAVX2(SB), NOSPLIT, $0-40
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ apart+16(FP), DX
	VPBROADCASTB a+24(FP), Y0
	VPBROADCASTB b+25(FP), Y1
	ADDQ SI, DX
	XORQ AX, AX

loop:
	CMPQ AX, CX
	JGE none
	VPCMPEQB (SI)(AX*1), Y0, Y2
	VPCMPEQB (DX)(AX*1), Y1, Y3
	VPCMPEQB 32(SI)(AX*1), Y0, Y4
	VPCMPEQB 32(DX)(AX*1), Y1, Y5
	VPAND Y2, Y3, Y2
	VPAND Y4, Y5, Y4
	VPOR Y2, Y4, Y3
	VPTEST Y3, Y3
	JNZ found
	ADDQ $64, AX
	JMP loop

found:
	VPMOVMSKB Y2, R8
	VPMOVMSKB Y4, R9
	SHLQ $32, R9
	ORQ R9, R8
	BSFQ R8, R8
	ADDQ R8, AX
	CMPQ AX, CX
	JGE none
	VZEROUPPER
	MOVQ AX, ret+32(FP)
	RET

none:
	VZEROUPPER
	MOVQ $-1, ret+32(FP)
	RET
