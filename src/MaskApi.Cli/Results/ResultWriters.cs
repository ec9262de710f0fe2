using MaskApi.Cli.Commands;

namespace MaskApi.Cli.Results;

/// <summary>Opens what <c>--out</c> names.</summary>
internal static class ResultWriters
{
    /// <summary>Standard output, as JSON lines.</summary>
    public const string StandardOutput = "-";

    /// <summary>The formats by the ends of names.</summary>
    public static readonly string[] Extensions = [".jsonl", ".ndjson", ".csv", ".parquet"];

    /// <summary>Opens the output.</summary>
    /// <param name="path">Its name, which tells the format.</param>
    /// <param name="landmarks">Whether CSV has columns for key points.</param>
    /// <param name="force">Whether to replace what is there.</param>
    /// <param name="done">Takes the hashes of the pictures that are there already; null where the run does not resume.</param>
    /// <exception cref="UsageException">The output cannot be used.</exception>
    public static async Task<IResultWriter> OpenAsync(string path, bool landmarks, bool force, HashSet<UInt128>? done)
    {
        if (path == StandardOutput)
        {
            return await LineResultFile.StartAsync(new JsonLinesFormat(), Console.OpenStandardOutput()).ConfigureAwait(false);
        }

        if (done is null && !force && (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())))
        {
            throw new UsageException($"{path} is there already: --resume goes on after what is in it, --force replaces it.");
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
