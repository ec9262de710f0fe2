using System.Buffers.Binary;
using System.Text;

namespace MaskApi.Training.Network;

/// <summary>
/// The symbol versions that a 64-bit little-endian ELF library requires of other libraries (its <c>.gnu.version_r</c> section), and the one
/// change that lets such a library load on an older system: marking a version as weak.
/// </summary>
/// <remarks>
/// A version that is missing at load time is fatal unless flagged weak (<c>VER_FLG_WEAK</c>). Layout: <i>Linux Standard Base Core
/// Specification</i>, "Version Requirements".
/// </remarks>
internal static class ElfVersionNeeds
{
    private const uint SectionTypeVersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort FlagWeak = 0x2; // VER_FLG_WEAK

    /// <summary>Names of the versions that <paramref name="library"/> requires and has not marked weak.</summary>
    /// <param name="library">The whole library file.</param>
    /// <exception cref="InvalidDataException">The bytes are not a 64-bit little-endian ELF file.</exception>
    public static IReadOnlyList<string> Strong(ReadOnlySpan<byte> library)
    {
        var names = new List<string>();
        foreach (var entry in Entries(library))
        {
            if ((entry.Flags & FlagWeak) == 0)
            {
                names.Add(entry.Name);
            }
        }

        return names;
    }

    /// <summary>Marks a required version as weak, in place.</summary>
    /// <param name="library">The whole library file.</param>
    /// <param name="version">The version's name, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>Number of changed entries; 0 if the library does not require that version.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a 64-bit little-endian ELF file.</exception>
    public static int Weaken(Span<byte> library, string version)
    {
        var changed = 0;
        foreach (var entry in Entries(library))
        {
            if (entry.Name != version || (entry.Flags & FlagWeak) != 0)
            {
                continue;
            }

            BinaryPrimitives.WriteUInt16LittleEndian(library[(entry.Offset + 4)..], (ushort)(entry.Flags | FlagWeak));
            changed++;
        }

        return changed;
    }

    private static List<Entry> Entries(ReadOnlySpan<byte> library)
    {
        if (library.Length < 64 || !library[..6].SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        }

        var sectionTable = (int)BinaryPrimitives.ReadUInt64LittleEndian(library[0x28..]);
        var sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(library[0x3a..]);
        var sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(library[0x3c..]);
        var entries = new List<Entry>();
        for (var i = 0; i < sectionCount; i++)
        {
            var section = library.Slice(sectionTable + (i * sectionSize), sectionSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) != SectionTypeVersionNeeds)
            {
                continue;
            }

            var offset = (int)BinaryPrimitives.ReadUInt64LittleEndian(section[0x18..]);
            var stringSection = (int)BinaryPrimitives.ReadUInt32LittleEndian(section[0x28..]);
            var files = (int)BinaryPrimitives.ReadUInt32LittleEndian(section[0x2c..]);
            var strings = (int)BinaryPrimitives.ReadUInt64LittleEndian(library[(sectionTable + (stringSection * sectionSize) + 0x18)..]);
            ReadFiles(library, offset, files, strings, entries);
        }

        return entries;
    }

    private static void ReadFiles(ReadOnlySpan<byte> library, int offset, int files, int strings, List<Entry> entries)
    {
        for (var f = 0; f < files; f++)
        {
            var need = library[offset..]; // Elf64_Verneed: version, count, file, offset of first aux, offset of next
            var versions = BinaryPrimitives.ReadUInt16LittleEndian(need[2..]);
            var at = offset + (int)BinaryPrimitives.ReadUInt32LittleEndian(need[8..]);
            for (var v = 0; v < versions; v++)
            {
                var aux = library[at..]; // Elf64_Vernaux: hash, flags, other, name, offset of next
                var name = strings + (int)BinaryPrimitives.ReadUInt32LittleEndian(aux[8..]);
                var length = library[name..].IndexOf((byte)0);
                var flags = BinaryPrimitives.ReadUInt16LittleEndian(aux[4..]);
                entries.Add(new Entry(at, flags, Encoding.ASCII.GetString(library.Slice(name, length))));
                at += (int)BinaryPrimitives.ReadUInt32LittleEndian(aux[12..]);
            }

            offset += (int)BinaryPrimitives.ReadUInt32LittleEndian(need[12..]);
        }
    }

    private readonly record struct Entry(int Offset, ushort Flags, string Name);
}
