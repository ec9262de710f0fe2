namespace MaskApi.Vision.Imaging.Formats;

/// <summary>Enumerates the segments of a JPEG and skips what lies between them (ITU-T T.81, B.1.1).</summary>
/// <param name="file">A JPEG file, whole or not.</param>
internal ref struct JpegSegments(ReadOnlySpan<byte> file)
{
    private const byte EndOfImage = 0xD9;

    private readonly ReadOnlySpan<byte> _file = file;
    private int _position = 2;

    /// <summary>The current segment.</summary>
    public Segment Current { get; private set; }

    /// <summary>Makes foreach work.</summary>
    public readonly JpegSegments GetEnumerator() => this;

    /// <summary>Moves to the next segment.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        while (_position < _file.Length)
        {
            // Entropy-coded data and stray bytes are skipped up to the next marker: FF not followed by a stuffed zero, a reserved or
            // restart marker (01–BF, D0–D7) or a fill byte (FF).
            var offset = _file[_position..].IndexOf((byte)0xFF);
            if (offset < 0 || _position + offset + 1 >= _file.Length)
            {
                return false;
            }

            _position += offset + 1;
            var marker = _file[_position];
            if (marker == EndOfImage)
            {
                return false;
            }

            if (marker is 0xFF)
            {
                continue;
            }

            _position++;
            // libjpeg skips reserved markers too. What looks like the length of one must not hide segments from this scan.
            if (marker is < 0xC0 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (_position + 2 > _file.Length)
            {
                return false;
            }

            var length = (_file[_position] << 8) | _file[_position + 1];
            Current = new Segment(
                marker, _file[Math.Min(_position + 2, _file.Length)..Math.Clamp(_position + length, _position + 2, _file.Length)]);
            _position += length;
            return true;
        }

        return false;
    }

    /// <summary>One segment.</summary>
    /// <param name="marker">The second byte of its marker.</param>
    /// <param name="data">The bytes after its length, as far as present.</param>
    internal readonly ref struct Segment(byte marker, ReadOnlySpan<byte> data)
    {
        /// <summary>The second byte of its marker.</summary>
        public byte Marker { get; } = marker;

        /// <summary>The bytes after its length, as far as present.</summary>
        public ReadOnlySpan<byte> Data { get; } = data;

        /// <summary>
        /// Whether it is in the range of frames, SOF0 to SOF15, which includes Huffman tables (C4), JPG (C8) and arithmetic conditioning
        /// (CC).
        /// </summary>
        public bool IsFrame => Marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

        /// <summary>For a frame: whether it is progressive (SOF2, 6, 10 and 14).</summary>
        public bool IsProgressive => (Marker & 3) == 2;
    }
}
