using System.IO.Compression;

namespace MaskApi.Training.Data.Sources;

/// <summary>Downloads a public source into a folder.</summary>
/// <param name="downloader">Downloads the files.</param>
public sealed class SourceFetcher(Downloader downloader)
{
    private const int ParallelDownloads = 4;
    private static readonly string[] _classes = ["with_mask", "without_mask"];

    /// <summary>Fetches a source. Files that are already present and correct are left alone.</summary>
    /// <param name="source">The source.</param>
    /// <param name="folder">The target folder; created if missing.</param>
    /// <param name="progress">Receives the number of newly received bytes; may be null.</param>
    /// <param name="cancellationToken">Cancels the work; the next call resumes it.</param>
    /// <returns>A summary of what was fetched.</returns>
    /// <exception cref="InvalidDataException">A file has the wrong size, hash or content.</exception>
    /// <exception cref="HttpRequestException">A server was unreachable or refused.</exception>
    public async Task<string> FetchAsync(PublicSource source, string folder, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        Directory.CreateDirectory(folder);
        if (source.Archive is { } archive)
        {
            return await UnpackAsync(archive, folder, progress, cancellationToken).ConfigureAwait(false);
        }

        await Parallel.ForEachAsync(
            source.Files!,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelDownloads, CancellationToken = cancellationToken },
            async (file, token) => await downloader.DownloadAsync(
                new Uri(source.BaseUrl!, file.Path), Path.Combine(folder, file.Path), file.Size, file.Sha256, progress, token)
                .ConfigureAwait(false)).ConfigureAwait(false);
        if (source.Name == "backbone")
        {
            var layers = Path.Combine(folder, "layers.json");
            await File.WriteAllBytesAsync(layers, PublicSource.BackboneLayers, cancellationToken).ConfigureAwait(false);
        }

        return $"{source.Files!.Count} files, {source.Files.Sum(f => f.Size) / 1e6:0.0} MB, all sizes and SHA-256 verified";
    }

    private async Task<string> UnpackAsync(
        SourceArchive archive, string folder, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var zipPath = Path.Combine(folder, "archive.zip");
        var hash = await downloader
            .DownloadAsync(archive.Url, zipPath, null, archive.Sha256, progress, cancellationToken).ConfigureAwait(false);
        var counts = new int[_classes.Length];
        using (var zip = ZipFile.OpenRead(zipPath))
        {
            foreach (var entry in zip.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Entries are "<top folder>/<root>/<class>/<file>". Only the file's own name is used, so no entry can escape the folder.
                var at = Array.FindIndex(_classes, c => entry.FullName.Contains($"/{archive.Root}/{c}/", StringComparison.Ordinal));
                if (at < 0 || entry.Name.Length == 0)
                {
                    continue;
                }

                var target = Path.Combine(folder, _classes[at]);
                Directory.CreateDirectory(target);
                entry.ExtractToFile(Path.Combine(target, entry.Name), overwrite: true);
                counts[at]++;
            }
        }

        if (counts.Contains(0))
        {
            throw new InvalidDataException(
                $"{archive.Url} has no pictures under {archive.Root}/with_mask and {archive.Root}/without_mask.");
        }

        var check = archive.Sha256 is null ? " (not fixed by its publisher)" : " verified";
        return $"{counts[0]} pictures with a mask, {counts[1]} without; archive SHA-256 {hash}{check}";
    }
}
