namespace MaskApi.Cli.Streaming;

/// <summary>Splits a stream of JPEGs into files (ITU-T T.81, annex B). Bytes between them are skipped.</summary>
internal static class JpegSplitter
{
    private const byte Marker = 0xFF;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;

    /// <summary>Maximum size of a frame.</summary>
    private const int MaxBytes = 50 * 1024 * 1024;

    /// <summary>Reads files until the stream ends. An incomplete last file is dropped.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Split(Stream stream)
    {
        var buffer = new byte[256 * 1024];
        var filled = 0;
        var file = new Scanner();
        int read;
        while ((read = stream.Read(buffer.AsSpan(filled))) > 0)
        {
            filled += read;
            var start = 0;
            while (true)
            {
                var rest = buffer.AsSpan(start, filled - start);
                if (!file.IsInside)
                {
                    var next = rest.IndexOf([Marker, StartOfImage]);
                    if (next < 0)
                    {
                        // The last byte may be the first half of a start marker.
                        start = rest.Length > 0 && rest[^1] == Marker ? filled - 1 : filled;
                        break;
                    }

                    start += next;
                    file.Begin();
                    rest = buffer.AsSpan(start, filled - start);
                }

                var length = file.FindEnd(rest);
                if (length is null)
                {
                    break;
                }

                if (length > 0)
                {
                    // The caller keeps the file; the buffer is reused.
                    yield return buffer.AsSpan(start, length.Value).ToArray();
                    start += length.Value;
                }
                else
                {
                    start += 2;
                }
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled > MaxBytes)
            {
                (filled, file) = (0, new Scanner());
            }

            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    /// <summary>Searches a file for its end. Embedded thumbnails are inside segments, which are skipped.</summary>
    private sealed class Scanner
    {
        private int _position;
        private bool _inScan;

        /// <summary>Whether a file has begun.</summary>
        public bool IsInside { get; private set; }

        /// <summary>Begins a file at its start marker.</summary>
        public void Begin()
        {
            IsInside = true;
            _position = 2;
            _inScan = false;
        }

        /// <summary>Continues the search.</summary>
        /// <param name="file">The file from its first byte, as far as it has arrived.</param>
        /// <returns>The file's length, null while its end has not arrived, or 0 if it is not a JPEG.</returns>
        public int? FindEnd(ReadOnlySpan<byte> file)
        {
            while (_position + 1 < file.Length)
            {
                if (_inScan)
                {
                    var next = file[_position..^1].IndexOf(Marker);
                    if (next < 0)
                    {
                        _position = file.Length - 1;
                        return null;
                    }

                    _position += next;
                    // A stuffed zero and restart markers belong to the scan.
                    if (file[_position + 1] is 0 or (>= 0xD0 and <= 0xD7))
                    {
                        _position += 2;
                    }
                    else if (file[_position + 1] == Marker)
                    {
                        _position++;
                    }
                    else
                    {
                        _inScan = false;
                    }

                    continue;
                }

                if (file[_position] != Marker)
                {
                    IsInside = false;
                    return 0;
                }

                var marker = file[_position + 1];
                if (marker == Marker)
                {
                    _position++;
                }
                else if (marker == EndOfImage)
                {
                    IsInside = false;
                    return _position + 2;
                }
                else
                {
                    if (_position + 3 >= file.Length)
                    {
                        return null;
                    }

                    var length = 2 + ((file[_position + 2] << 8) | file[_position + 3]);
                    if (length < 4)
                    {
                        IsInside = false;
                        return 0;
                    }

                    if (_position + length > file.Length)
                    {
                        return null;
                    }

                    _position += length;
                    _inScan = marker == StartOfScan;
                }
            }

            return null;
        }
    }
}
