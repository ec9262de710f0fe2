namespace MaskApi.Cli.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maskapi-cli-");

    public DirectoryInfo Info => _folder;

    /// <summary>A path below the folder.</summary>
    public string this[string relative] => Path.Combine(_folder.FullName, relative);

    /// <summary>Writes a file, with its folders.</summary>
    public string Write(string relative, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        File.WriteAllBytes(this[relative], content);
        return this[relative];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
