/** The native view. */
export function ProfilesView() {
  return <p className="pf:p-6 pf:text-gray-300">Profiles</p>;
}
