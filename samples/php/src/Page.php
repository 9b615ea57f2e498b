<?php

declare(strict_types=1);

/** Shows a template inside the layout. */
final class Page
{
    public static function show(string $template, array $values, int $status = 200): void
    {
        http_response_code($status);
        $_SESSION['token'] ??= bin2hex(random_bytes(16));
        extract($values);
        require __DIR__ . '/../templates/layout.php';
    }

    public static function text(string|int $text): string
    {
        return htmlspecialchars((string) $text, ENT_QUOTES | ENT_SUBSTITUTE);
    }
}
