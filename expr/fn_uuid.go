package expr

import "crypto/rand"

var uuidKernels = map[string]Kernel{
	"gen_random_uuid": appending(func(_ *Call, dst []byte, _ int32) ([]byte, error) {
		var u [16]byte
		if _, err := rand.Read(u[:]); err != nil {
			return nil, err
		}
		u[6] = u[6]&0x0f | 0x40
		u[8] = u[8]&0x3f | 0x80
		return append(dst, u[:]...), nil
	}),
}
