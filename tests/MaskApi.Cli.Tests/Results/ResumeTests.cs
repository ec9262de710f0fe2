using MaskApi.Cli.Analysis;
using MaskApi.Cli.Commands;
using MaskApi.Cli.Inputs;
using MaskApi.Cli.Results;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Cli.Tests.Results;

/// <summary>Whatever a killed process leaves, the next one finds every whole picture in it and cuts off the rest.</summary>
public sealed class ResumeTests : IDisposable
{
    private static readonly FaceVerdict _face = new(
        new PixelBox(1.5f, 2, 30, 40), 0.9f, new FaceLandmarks(), new VerdictProbabilities(0.7f, 0.2f, 0.1f));

    private static readonly PictureResult[] _pictures =
    [
        new("plain.jpg", 100, 200, [_face]),
        new("with, comma \"and\" quotes\nand a line.jpg", 100, 200, [_face, _face, _face]),
        new("nobody ☃.png", 100, 200, []),
        PictureResult.Failed("bad.gif", new PictureFailure("image_undecodable", "It is, as \"they\" say,\nbroken.")),
        new("last.jpg", 100, 200, [_face, _face]),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".jsonl")]
    [InlineData(".csv")]
    public async Task A_file_torn_anywhere_goes_on_to_the_same_file(string extension)
    {
        var whole = _folder["whole" + extension];
        await WriteAsync(whole, done: null);
        var bytes = await File.ReadAllBytesAsync(whole, TestContext.Current.CancellationToken);
        var torn = _folder["torn" + extension];
        for (var length = 0; length <= bytes.Length; length++)
        {
            await File.WriteAllBytesAsync(torn, bytes[..length], TestContext.Current.CancellationToken);
            var done = new HashSet<UInt128>();
            await WriteAsync(torn, done);
            Assert.Equal(_pictures.Length, done.Count);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(torn, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Parquet_goes_on_in_another_part()
    {
        var folder = _folder["r.parquet"];
        await using (var writer = await ResultWriters.OpenAsync(folder, landmarks: true, force: false, done: null))
        {
            await writer.WriteAsync(Rows(_pictures[0]));
        }

        File.WriteAllBytes(Path.Combine(folder, "part-00001.parquet.tmp"), [1, 2, 3]);
        await WriteAsync(folder, []);
        Assert.Equal(["part-00000.parquet", "part-00001.parquet"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());

        var rows = new List<ResultRow>();
        foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            await foreach (var row in ParquetResultFolder.RowsAsync(file))
            {
                rows.Add(row);
            }
        }

        Assert.Equivalent(_pictures.SelectMany(Rows).ToList(), rows, strict: true);
    }

    [Theory]
    [InlineData("r.jsonl")]
    [InlineData("r.csv")]
    public async Task What_is_there_is_neither_replaced_nor_mixed(string name)
    {
        await File.WriteAllTextAsync(_folder[name], "something else\n", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<UsageException>(() => ResultWriters.OpenAsync(_folder[name], landmarks: false, force: false, done: null));
        await Assert.ThrowsAsync<UsageException>(() => ResultWriters.OpenAsync(_folder[name], landmarks: false, force: false, done: []));
        Assert.Equal("something else\n", await File.ReadAllTextAsync(_folder[name], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_csv_with_other_columns_is_not_resumed()
    {
        await WriteAsync(_folder["r.csv"], done: null);
        await Assert.ThrowsAsync<UsageException>(() => ResultWriters.OpenAsync(_folder["r.csv"], landmarks: false, force: false, done: []));
    }

    [Theory]
    [InlineData("a/b.jpg", "a/b.jpg")]
    [InlineData("/abs/b.jpg", "abs/b.jpg")]
    [InlineData("../../etc/b.png", "__/__/etc/b.png")]
    [InlineData("./a/./b.gif", "a/b.gif.png")]
    [InlineData("https://example.org/x/b.webp?size=1", "https/example.org/x/b.webp?size=1.png")]
    [InlineData("-", "stdin.png")]
    public void Drawings_stay_in_their_folder(string name, string expected) => Assert.Equal(expected, AnnotationFolder.Place(name).Path);

    /// <summary>Writes the pictures that are not there yet.</summary>
    private static async Task WriteAsync(string path, HashSet<UInt128>? done)
    {
        await using var writer = await ResultWriters.OpenAsync(path, landmarks: true, force: false, done);
        foreach (var picture in _pictures)
        {
            if (done?.Add(PictureName.Hash(picture.Name)) != false)
            {
                await writer.WriteAsync(Rows(picture));
            }
        }
    }

    private static IReadOnlyList<ResultRow> Rows(PictureResult picture) => ResultRow.Of(picture, minConfidence: 0.6f, landmarks: true);
}
