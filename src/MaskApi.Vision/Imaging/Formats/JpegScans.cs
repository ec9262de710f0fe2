using System.Numerics;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>
/// Walks a JPEG's Huffman codes without decoding pixels, to tell whether the whole picture is there. Decoders do not tell: libjpeg fills
/// what is missing with gray and issues a warning, which SkiaSharp drops.
/// </summary>
internal ref struct JpegScans
{
    private const int Coefficients = 64;
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, RestartInterval = 0xDD, HuffmanTables = 0xC4;

    private readonly ReadOnlySpan<byte> _file;
    private readonly CancellationToken _cancellationToken;
    private readonly HuffmanTable?[] _tables = new HuffmanTable?[8];
    private Component[] _components = [];
    private int _width;
    private int _height;
    private int _acrossMax = 1;
    private int _downMax = 1;
    private int _restartInterval;
    private bool _isProgressive;
    private BitReader _bits;

    private JpegScans(ReadOnlySpan<byte> file, CancellationToken cancellationToken)
    {
        _file = file;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The result of a check.</summary>
    internal enum Finding
    {
        /// <summary>Every block of every component is there.</summary>
        Whole,

        /// <summary>The data end too early, or contain a code that no table has.</summary>
        Broken,

        /// <summary>A kind of file that is not checked; the decoder decides.</summary>
        Unknown,
    }

    /// <summary>Checks a file.</summary>
    /// <param name="file">A JPEG file, whole or not.</param>
    /// <param name="end">Where the data of the last scan end if no end of image (EOI) follows; otherwise null.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    internal static Finding Check(ReadOnlySpan<byte> file, out int? end, CancellationToken cancellationToken)
    {
        var scans = new JpegScans(file, cancellationToken);
        return scans.Check(out end);
    }

    private Finding Check(out int? end)
    {
        end = null;
        var dataEnd = 0;
        for (var position = 2; ;)
        {
            var marker = NextMarker(ref position);
            if (marker < 0)
            {
                // Cameras that lose power omit the end of image, and so do some that do not.
                end = dataEnd;
                return IsCovered(toTheLastBit: true) ? Finding.Whole : Finding.Broken;
            }

            if (marker == EndOfImage)
            {
                return IsCovered(toTheLastBit: false) ? Finding.Whole : Finding.Broken;
            }

            if (marker is < 0xC0 or (>= 0xD0 and <= StartOfImage))
            {
                continue;
            }

            var length = position + 2 <= _file.Length ? (_file[position] << 8) | _file[position + 1] : 0;
            if (length < 2 || position + length > _file.Length)
            {
                position = _file.Length;
                continue;
            }

            var data = _file.Slice(position + 2, length - 2);
            position += length;
            var finding = marker switch
            {
                HuffmanTables => ReadTables(data),
                RestartInterval => ReadInterval(data),
                StartOfScan => ReadScan(data, ref position),
                >= 0xC0 and <= 0xCF and not (0xC8 or 0xCC) => ReadFrame(marker, data),
                _ => Finding.Whole,
            };
            if (finding != Finding.Whole)
            {
                return finding;
            }

            dataEnd = marker == StartOfScan ? position : dataEnd;
        }
    }

    /// <summary>Moves past the next marker, skipping whatever precedes it; -1 at the end of the file.</summary>
    private readonly int NextMarker(ref int position)
    {
        while (position < _file.Length)
        {
            var offset = _file[position..].IndexOf((byte)0xFF);
            if (offset < 0 || position + offset + 1 >= _file.Length)
            {
                break;
            }

            position += offset + 1;
            if (_file[position] is not (0 or 0xFF) and var marker)
            {
                position++;
                return marker;
            }
        }

        position = _file.Length;
        return -1;
    }

    private readonly bool IsCovered(bool toTheLastBit)
    {
        foreach (var component in _components)
        {
            if (component.LowBit[0] < 0 || (toTheLastBit && component.LowBit.AsSpan().ContainsAnyExcept((sbyte)0)))
            {
                return false;
            }
        }

        return _components.Length > 0;
    }

    private readonly Finding ReadTables(ReadOnlySpan<byte> data)
    {
        // T.81, B.2.4.2: class and number, number of codes of each length, their values.
        while (data.Length > 16)
        {
            var count = 0;
            foreach (var ofLength in data.Slice(1, 16))
            {
                count += ofLength;
            }

            if (data[0] is not (<= 3 or (>= 16 and <= 19)) || count > 256 || data.Length < 17 + count)
            {
                return Finding.Unknown;
            }

            _tables[(data[0] >> 4 << 2) | (data[0] & 3)] = new HuffmanTable(data.Slice(1, 16).ToArray(), data.Slice(17, count).ToArray());
            data = data[(17 + count)..];
        }

        return Finding.Whole;
    }

    private Finding ReadInterval(ReadOnlySpan<byte> data)
    {
        _restartInterval = data is [var high, var low, ..] ? (high << 8) | low : 0;
        return Finding.Whole;
    }

    private Finding ReadFrame(int marker, ReadOnlySpan<byte> data)
    {
        // Lossless, hierarchical and arithmetic files are refused before, and no decoder accepts a second frame.
        if (marker > 0xC2 || _components.Length > 0 || data.Length < 6 || data.Length < 6 + (3 * data[5]))
        {
            return Finding.Unknown;
        }

        _isProgressive = marker == 0xC2;
        (_height, _width) = ((data[1] << 8) | data[2], (data[3] << 8) | data[4]);
        var components = new Component[data[5]];
        for (var i = 0; i < components.Length; i++)
        {
            var (across, down) = (data[7 + (3 * i)] >> 4, data[7 + (3 * i)] & 15);
            if (across is 0 or > 4 || down is 0 or > 4)
            {
                return Finding.Unknown;
            }

            (_acrossMax, _downMax) = (Math.Max(_acrossMax, across), Math.Max(_downMax, down));
            components[i] = new Component(data[6 + (3 * i)], across, down);
        }

        foreach (var component in components)
        {
            component.Width = Ceiling(Ceiling(_width * component.Across, _acrossMax), 8);
            component.Height = Ceiling(Ceiling(_height * component.Down, _downMax), 8);
            component.Stride = Ceiling(_width, 8 * _acrossMax) * component.Across;
            if (_isProgressive)
            {
                component.NonZero = new ulong[component.Stride * Ceiling(_height, 8 * _downMax) * component.Down];
            }
        }

        _components = components;
        return Finding.Whole;
    }

    private Finding ReadScan(ReadOnlySpan<byte> data, ref int position)
    {
        if (data.IsEmpty || data[0] is 0 or > 4 || data.Length < 4 + (2 * data[0]))
        {
            return Finding.Unknown;
        }

        var inScan = new Component[data[0]];
        for (var i = 0; i < inScan.Length; i++)
        {
            var (id, tables) = (data[1 + (2 * i)], data[2 + (2 * i)]);
            if (Array.Find(_components, component => component.Id == id) is not { } component || (tables & 0xCC) != 0)
            {
                return Finding.Unknown;
            }

            inScan[i] = component;
            component.Mean = _tables[tables >> 4];
            component.Rest = _tables[4 | (tables & 15)];
        }

        var rest = data[(1 + (2 * inScan.Length))..];
        var (first, last, high, low) = _isProgressive ? (rest[0], rest[1], rest[2] >> 4, rest[2] & 15) : ((byte)0, (byte)63, 0, 0);
        if (first > last || last > 63 || (first > 0 && inScan.Length > 1))
        {
            return Finding.Unknown;
        }

        foreach (var component in inScan)
        {
            var (needsMean, needsRest) = _isProgressive ? (first == 0 && high == 0, first > 0) : (true, true);
            if ((needsMean && component.Mean is null) || (needsRest && component.Rest is null))
            {
                return Finding.Unknown;
            }

            // A DC scan of a progressive file holds nothing else.
            component.LowBit.AsSpan(first, (_isProgressive && first == 0 ? 0 : last) - first + 1).Fill((sbyte)low);
        }

        _bits = new BitReader(_file, position);
        var whole = ReadBlocks(inScan, first, last, high);
        position = _bits.Position;
        return whole ? Finding.Whole : Finding.Broken;
    }

    private bool ReadBlocks(Component[] inScan, int first, int last, int high)
    {
        var alone = inScan.Length == 1;
        var across = alone ? inScan[0].Width : Ceiling(_width, 8 * _acrossMax);
        var down = alone ? inScan[0].Height : Ceiling(_height, 8 * _downMax);
        var (untilRestart, restart, run) = (_restartInterval, 0, 0);
        for (var y = 0; y < down; y++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            for (var x = 0; x < across; x++)
            {
                if (_restartInterval > 0 && untilRestart-- == 0)
                {
                    if (!_bits.Restart(restart))
                    {
                        return false;
                    }

                    (untilRestart, restart, run) = (_restartInterval - 1, (restart + 1) & 7, 0);
                }

                foreach (var component in inScan)
                {
                    var (wide, tall) = alone ? (1, 1) : (component.Across, component.Down);
                    for (var block = 0; block < wide * tall; block++)
                    {
                        var at = (((y * tall) + (block / wide)) * component.Stride) + (x * wide) + (block % wide);
                        if (!(_isProgressive ? ReadPart(component, at, first, last, high, ref run) : ReadBlock(component)))
                        {
                            return false;
                        }
                    }
                }
            }
        }

        return true;
    }

    /// <summary>Reads a block of a sequential file (T.81, F.2.2).</summary>
    private bool ReadBlock(Component component)
    {
        if (!_bits.Skip(_bits.Decode(component.Mean!)))
        {
            return false;
        }

        for (var k = 1; k < Coefficients; k++)
        {
            var code = _bits.Decode(component.Rest!);
            if (code < 0 || !_bits.Skip(code & 15))
            {
                return false;
            }

            if ((code & 15) == 0 && code != 0xF0)
            {
                break;
            }

            k += code >> 4;
        }

        return true;
    }

    /// <summary>Reads a scan's part of a block in a progressive file (T.81, G.1.2).</summary>
    private bool ReadPart(Component component, int at, int first, int last, int high, ref int run)
    {
        if (first == 0)
        {
            return _bits.Skip(high == 0 ? _bits.Decode(component.Mean!) : 1);
        }

        ref var nonZero = ref component.NonZero[at];
        var k = first;
        if (run == 0)
        {
            for (; k <= last; k++)
            {
                var code = _bits.Decode(component.Rest!);
                if (code < 0)
                {
                    return false;
                }

                var (zeros, size) = (code >> 4, code & 15);
                if (size == 0 && zeros < 15)
                {
                    run = (1 << zeros) + _bits.Read(zeros);
                    break;
                }

                if (!_bits.Skip(size))
                {
                    return false;
                }

                // A refining scan carries one bit for each nonzero coefficient that it passes.
                for (var left = high == 0 ? 0 : zeros; high != 0 && k <= last; k++)
                {
                    if (((nonZero >> k) & 1) == 0 ? left-- == 0 : !_bits.Skip(1))
                    {
                        break;
                    }
                }

                k += high == 0 ? zeros : 0;
                nonZero |= size == 0 ? 0 : 1UL << Math.Min(k, Coefficients - 1);
            }
        }

        if (run > 0)
        {
            run--;
            var passed = k > last ? 0 : nonZero & (ulong.MaxValue << k) & (ulong.MaxValue >> (Coefficients - 1 - last));
            return high == 0 || _bits.Skip(BitOperations.PopCount(passed));
        }

        return !_bits.IsShort;
    }

    private static int Ceiling(int value, int by) => (value + by - 1) / by;

    /// <summary>A component of the frame; sizes and positions in blocks.</summary>
    private sealed class Component(byte id, int across, int down)
    {
        public byte Id { get; } = id;

        public int Across { get; } = across;

        public int Down { get; } = down;

        public int Width { get; set; }

        public int Height { get; set; }

        public int Stride { get; set; }

        public HuffmanTable? Mean { get; set; }

        public HuffmanTable? Rest { get; set; }

        /// <summary>Progressive only: which coefficients of each block are known to be nonzero.</summary>
        public ulong[] NonZero { get; set; } = [];

        /// <summary>The lowest bit of each coefficient read so far; -1 before any.</summary>
        public sbyte[] LowBit { get; } = [.. Enumerable.Repeat((sbyte)-1, Coefficients)];
    }

    /// <summary>A table of codes, unpacked when a scan first uses it: a file may hold millions of unused ones.</summary>
    private sealed class HuffmanTable(byte[] counts, byte[] values)
    {
        private const int LongestCode = 16;

        private ushort[]? _entries;

        /// <summary>Indexed by the next sixteen bits: code length times 256, plus value. 0 if there is no such code.</summary>
        public ushort[] Entries => _entries ??= Unpack();

        private ushort[] Unpack()
        {
            var entries = new ushort[1 << LongestCode];
            var (at, index) = (0, 0);
            for (var length = 1; length <= LongestCode; length++)
            {
                var width = 1 << (LongestCode - length);
                for (var i = 0; i < counts[length - 1] && at + width <= entries.Length; i++, at += width)
                {
                    entries.AsSpan(at, width).Fill((ushort)((length << 8) | values[index++]));
                }
            }

            return entries;
        }
    }

    /// <summary>The bits of a scan, up to the next marker.</summary>
    private ref struct BitReader(ReadOnlySpan<byte> file, int position)
    {
        private readonly ReadOnlySpan<byte> _file = file;
        private ulong _buffer;
        private int _count;
        private bool _ended;

        /// <summary>Where to continue: before the marker, once it is reached.</summary>
        public int Position { get; private set; } = position;

        /// <summary>Whether more bits were asked for than there are.</summary>
        public bool IsShort { get; private set; }

        /// <summary>The value of the next code; -1 if there is none.</summary>
        public int Decode(HuffmanTable table)
        {
            if (_count < 16)
            {
                Fill();
            }

            var entry = table.Entries[_buffer >> 48];
            return entry != 0 && Skip(entry >> 8) ? entry & 0xFF : -1;
        }

        /// <summary>The next bits, at most 16; 0 with <see cref="IsShort"/> if there are fewer.</summary>
        public int Read(int bits)
        {
            if (_count < bits)
            {
                Fill();
            }

            var value = bits == 0 ? 0 : (int)(_buffer >> (64 - bits));
            return Skip(bits) ? value : 0;
        }

        /// <summary>Skips bits.</summary>
        /// <param name="bits">How many; negative if their number could not be read.</param>
        /// <returns>Whether there were enough.</returns>
        public bool Skip(int bits)
        {
            while (bits > _count && !_ended)
            {
                bits -= _count;
                (_buffer, _count) = (0, 0);
                Fill();
            }

            if (bits < 0 || bits > _count)
            {
                IsShort = true;
                return false;
            }

            _buffer = bits < 64 ? _buffer << bits : 0;
            _count -= bits;
            return true;
        }

        /// <summary>Moves past a restart marker, as libjpeg does (jpeg_resync_to_restart).</summary>
        /// <param name="expected">Its expected number.</param>
        /// <returns>Whether the data that follow may belong here.</returns>
        public bool Restart(int expected)
        {
            (_buffer, _count, _ended) = (0, 0, false);
            for (; Position + 1 < _file.Length; Position++)
            {
                var offset = _file[Position..^1].IndexOf((byte)0xFF);
                if (offset < 0)
                {
                    return false;
                }

                Position += offset;
                var marker = _file[Position + 1];
                if (marker is < 0xC0 or 0xFF)
                {
                    continue;
                }

                if (marker is < 0xD0 or > 0xD7)
                {
                    return false;
                }

                // One or two ahead: data are missing. One or two behind: they are old. Any other number is taken for the right one.
                var ahead = (marker - 0xD0 - expected) & 7;
                if (ahead is 1 or 2)
                {
                    return false;
                }

                if (ahead is not (6 or 7))
                {
                    Position += 2;
                    return true;
                }
            }

            return false;
        }

        private void Fill()
        {
            while (_count <= 56 && !_ended)
            {
                if (Position >= _file.Length)
                {
                    _ended = true;
                    return;
                }

                var value = _file[Position];
                var next = Position + 1;
                if (value == 0xFF)
                {
                    while (next < _file.Length && _file[next] == 0xFF)
                    {
                        next++;
                    }

                    if (next >= _file.Length || _file[next] != 0)
                    {
                        _ended = true;
                        return;
                    }

                    next++;
                }

                _buffer |= (ulong)value << (56 - _count);
                _count += 8;
                Position = next;
            }
        }
    }
}
