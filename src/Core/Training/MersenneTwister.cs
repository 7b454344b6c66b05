namespace SVco.Core.Training;

/// <summary>MT19937, PyTorch's generator on the CPU (Matsumoto and Nishimura, ACM TOMACS 8(1), 1998; seeding of 2002).</summary>
sealed class MersenneTwister
{
    const int Size = 624;
    const int Shift = 397;

    readonly uint[] state = new uint[Size];
    int next = Size;

    public MersenneTwister(uint seed)
    {
        state[0] = seed;
        for (var index = 1; index < Size; index++)
        {
            state[index] = 1812433253u * (state[index - 1] ^ (state[index - 1] >> 30)) + (uint)index;
        }
    }

    /// <summary>The next 32 random bits.</summary>
    public uint Next()
    {
        if (next == Size)
        {
            Twist();
        }

        var bits = state[next++];
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9D2C5680u;
        bits ^= (bits << 15) & 0xEFC60000u;
        return bits ^ (bits >> 18);
    }

    void Twist()
    {
        for (var index = 0; index < Size; index++)
        {
            var joined = (state[index] & 0x80000000u) | (state[(index + 1) % Size] & 0x7FFFFFFFu);
            state[index] = state[(index + Shift) % Size] ^ (joined >> 1) ^ ((joined & 1) == 0 ? 0 : 0x9908B0DFu);
        }

        next = 0;
    }
}
