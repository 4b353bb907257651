export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <rect x="12.5" y="6" width="7" height="12" rx="3.5" className="logo-mark" />
      <path d="M9 14.5a7 7 0 0 0 14 0M16 21.5V26M12 26h8" className="logo-line" />
    </svg>
  );
}
