using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MaskApi.Vision.Inference;

/// <summary>Processor features that decide how fast a model runs.</summary>
/// <param name="HasByteDotProduct">Whether one instruction adds up four byte products (AVX-512 VNNI, AVX-VNNI, Arm's dot product). Without
/// it, int8 is no faster than float.</param>
public sealed record ProcessorFeatures(bool HasByteDotProduct)
{
    /// <summary>The features of this machine.</summary>
    public static ProcessorFeatures Current { get; } = new(Dp.IsSupported || HasVnni());

    // .NET's own classes for VNNI are still preview features. Intel SDM, volume 2A, CPUID: leaf 7.0, ECX bit 11; leaf 7.1, EAX bit 4. The
    // other two properties add that the operating system saves the registers.
    private static bool HasVnni()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
        {
            return false;
        }

        var (subleaves, _, ecx, _) = X86Base.CpuId(7, 0);
        return (Avx512BW.IsSupported && (ecx & (1 << 11)) != 0)
            || (Avx2.IsSupported && subleaves >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0);
    }
}
