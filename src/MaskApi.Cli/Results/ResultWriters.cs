using MaskApi.Cli.Commands;

namespace MaskApi.Cli.Results;

/// <summary>Opens the destination that <c>--out</c> names.</summary>
internal static class ResultWriters
{
    /// <summary>Standard output, as JSON Lines.</summary>
    public const string StandardOutput = "-";

    /// <summary>The extensions of the formats.</summary>
    public static readonly string[] Extensions = [".jsonl", ".ndjson", ".csv", ".parquet"];

    /// <summary>Opens the output.</summary>
    /// <param name="path">Its name, whose extension tells the format.</param>
    /// <param name="landmarks">Whether CSV gets columns for the key points.</param>
    /// <param name="force">Whether to overwrite it if it exists.</param>
    /// <param name="done">Receives the hashes of the pictures in it; null if the run does not resume.</param>
    /// <exception cref="UsageException">The output cannot be used.</exception>
    public static async Task<IResultWriter> OpenAsync(string path, bool landmarks, bool force, HashSet<UInt128>? done)
    {
        if (path == StandardOutput)
        {
            return await LineResultFile.StartAsync(new JsonLinesFormat(), Console.OpenStandardOutput()).ConfigureAwait(false);
        }

        if (done is null && !force && (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())))
        {
            throw new UsageException($"{path} exists. Use --resume to continue it or --force to overwrite it.");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return Path.GetExtension(path) switch
            {
                ".csv" => await LineResultFile.OpenAsync(new CsvFormat(landmarks), path, done).ConfigureAwait(false),
                ".parquet" => await ParquetResultFolder.OpenAsync(path, done, TimeProvider.System).ConfigureAwait(false),
                _ => await LineResultFile.OpenAsync(new JsonLinesFormat(), path, done).ConfigureAwait(false),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be written: {exception.Message}");
        }
    }
}
