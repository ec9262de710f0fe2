namespace MaskApi.Vision.Imaging.Formats;

/// <summary>The segments of a JPEG, one after the other, with what lies between them left out (ITU-T T.81, B.1.1).</summary>
/// <param name="file">A JPEG file, whole or not.</param>
internal ref struct JpegSegments(ReadOnlySpan<byte> file)
{
    private const byte EndOfImage = 0xD9;

    private readonly ReadOnlySpan<byte> _file = file;
    private int _position = 2;

    /// <summary>The segment that was reached.</summary>
    public Segment Current { get; private set; }

    /// <summary>For foreach.</summary>
    public readonly JpegSegments GetEnumerator() => this;

    /// <summary>Goes to the next segment.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        while (_position < _file.Length)
        {
            // Entropy-coded data and anything stray is skipped up to the next marker: FF followed by no stuffed
            // zero, reserved or restart marker (01–BF, D0–D7) nor fill (FF).
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
            // libjpeg skips reserved markers too, so that what looks like the length of one must hide nothing from here.
            if (marker is < 0xC0 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (_position + 2 > _file.Length)
            {
                return false;
            }

            var length = (_file[_position] << 8) | _file[_position + 1];
            Current = new Segment(marker, _file[Math.Min(_position + 2, _file.Length)..Math.Clamp(_position + length, _position + 2, _file.Length)]);
            _position += length;
            return true;
        }

        return false;
    }

    /// <summary>One segment.</summary>
    /// <param name="marker">The second byte of its marker.</param>
    /// <param name="data">What follows its length, as far as it is there.</param>
    internal readonly ref struct Segment(byte marker, ReadOnlySpan<byte> data)
    {
        /// <summary>The second byte of its marker.</summary>
        public byte Marker { get; } = marker;

        /// <summary>What follows its length, as far as it is there.</summary>
        public ReadOnlySpan<byte> Data { get; } = data;

        /// <summary>Whether it describes a frame: SOF0 to SOF15, among which are the Huffman tables (C4), JPG (C8) and the arithmetic ones (CC).</summary>
        public bool IsFrame => Marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

        /// <summary>Of a frame: whether its scans bring a part of each coefficient only (SOF2, 6, 10 and 14).</summary>
        public bool IsProgressive => (Marker & 3) == 2;
    }
}
