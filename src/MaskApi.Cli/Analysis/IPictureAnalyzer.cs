namespace MaskApi.Cli.Analysis;

/// <summary>Analyzes pictures, several at a time.</summary>
internal interface IPictureAnalyzer : IDisposable
{
    /// <summary>Maximum number of pictures at a time.</summary>
    int Parallelism { get; }

    /// <summary>Finds and classifies the faces of a picture, and draws them if asked to.</summary>
    /// <param name="name">The picture's name.</param>
    /// <param name="picture">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The faces, or why the picture failed.</returns>
    Task<PictureResult> AnalyzeAsync(string name, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken);
}
