using MaskApi.Cli.Commands;
using MaskApi.Cli.Inputs;

namespace MaskApi.Cli.Tests.Inputs;

public sealed class PictureInputsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PictureInputsTests()
    {
        foreach (var file in (string[])["a.jpg", "b.txt", ".hidden.jpg", "sub/c.PNG", "sub/deep/d.webp", ".cache/e.jpg"])
        {
            _folder.Write(file, []);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_searched_for_pictures() =>
        Assert.Equal([_folder["a.jpg"], _folder["sub/c.PNG"], _folder["sub/deep/d.webp"]], Names(_folder.Info.FullName));

    [Theory]
    [InlineData("*.*", "a.jpg", "b.txt")]
    [InlineData("**/*.jpg", "a.jpg")]
    [InlineData("sub/**/*", "sub/c.PNG", "sub/deep/d.webp")]
    [InlineData("sub/?.PNG", "sub/c.PNG")]
    public void A_glob_takes_what_it_matches(string glob, params string[] expected) =>
        Assert.Equal(expected.Select(file => _folder[file]), Names(_folder[glob]));

    [Fact]
    public void A_list_names_paths_and_addresses()
    {
        File.WriteAllText(_folder["list"], "x.jpg\n\n  https://example.org/y.jpg \r\nz z.jpg");
        var inputs = new PictureInputs([], _folder["list"]);
        inputs.Validate();
        Assert.Equal(["x.jpg", "https://example.org/y.jpg", "z z.jpg"], inputs.Names());
    }

    [Fact]
    public void What_is_not_there_is_told_before_anything_is_done()
    {
        Assert.Throws<UsageException>(() => new PictureInputs([], null).Validate());
        Assert.Throws<UsageException>(() => new PictureInputs([_folder["nope.jpg"]], null).Validate());
        Assert.Throws<UsageException>(() => new PictureInputs([_folder["nope/*.jpg"]], null).Validate());
        Assert.Throws<UsageException>(() => new PictureInputs([], _folder["nope"]).Validate());
    }

    [Fact]
    public void Links_to_folders_are_not_followed()
    {
        Directory.CreateSymbolicLink(_folder["sub/loop"], _folder.Info.FullName);
        File.CreateSymbolicLink(_folder["sub/link.jpg"], _folder["a.jpg"]);
        Assert.Equal(
            [_folder["a.jpg"], _folder["sub/c.PNG"], _folder["sub/deep/d.webp"], _folder["sub/link.jpg"]], Names(_folder.Info.FullName));
    }

    private static IEnumerable<string> Names(string path)
    {
        var inputs = new PictureInputs([path], null);
        inputs.Validate();
        return inputs.Names().Order(StringComparer.Ordinal);
    }
}
