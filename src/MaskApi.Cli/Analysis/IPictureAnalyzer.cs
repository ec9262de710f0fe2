namespace MaskApi.Cli.Analysis;

/// <summary>Judges pictures, several at a time.</summary>
internal interface IPictureAnalyzer : IDisposable
{
    /// <summary>Pictures to hand over at a time.</summary>
    int Parallelism { get; }

    /// <summary>Finds and judges the faces of a picture.</summary>
    /// <param name="name">The picture's name.</param>
    /// <param name="picture">The file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The faces, or why the picture failed.</returns>
    Task<PictureResult> AnalyzeAsync(string name, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken);
}
