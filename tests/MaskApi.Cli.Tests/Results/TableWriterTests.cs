using MaskApi.Cli.Results;
using Spectre.Console;

namespace MaskApi.Cli.Tests.Results;

public sealed class TableWriterTests
{
    [Fact]
    public async Task Numbers_do_not_wrap_on_a_narrow_terminal()
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new NarrowOutput(text),
        });
        await using (var table = new TableWriter(console))
        {
            await table.WriteAsync(
            [
                new ResultRow
                {
                    Picture = "photographs/of/a/street/on/monday.jpg",
                    Face = 10,
                    Faces = 15,
                    Verdict = "incorrectly_worn",
                    Confidence = 0.9886f,
                    WithMask = 0.0061f,
                    WithoutMask = 0.0053f,
                    IncorrectlyWorn = 0.9886f,
                    X = 2376,
                    Y = 1086,
                    Width = 1385,
                    Height = 1454,
                },
            ]);
        }

        var lines = text.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n');
        Assert.All(lines, static line => Assert.InRange(line.Length, 1, 80));
        var row = Assert.Single(lines, static line => line.Contains("10/15", StringComparison.Ordinal));
        Assert.All(
            (string[])["worn wrong", "0.6%", "0.5%", "98.9%", "2376,1086 1385×1454"],
            cell => Assert.Contains(cell, row, StringComparison.Ordinal));
    }

    private sealed class NarrowOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => 80;

        public int Height => 24;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
