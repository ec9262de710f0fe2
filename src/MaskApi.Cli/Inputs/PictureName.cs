using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MaskApi.Cli.Inputs;

/// <summary>Names by their hash: the same on every machine and in every version, evenly spread, and 16 bytes long.</summary>
internal static class PictureName
{
    /// <summary>The first 128 bits of the name's SHA-256: no two names share them, so a set of them stands for the names.</summary>
    public static UInt128 Hash(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
