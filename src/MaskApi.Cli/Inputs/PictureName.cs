using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MaskApi.Cli.Inputs;

/// <summary>Hashes of pictures' names: 16 bytes each, the same on every machine and in every version.</summary>
internal static class PictureName
{
    /// <summary>The first 128 bits of the name's SHA-256, which identify the name.</summary>
    public static UInt128 Hash(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
